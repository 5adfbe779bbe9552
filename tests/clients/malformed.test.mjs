import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong } from './lib/deadlines.mjs';
import { kErrorKey, kModern } from './lib/mcp.mjs';
import { assertValid } from './lib/validate.mjs';
import { args } from './malformed/arguments.mjs';
import { bytes } from './malformed/bytes.mjs';
import { json } from './malformed/json.mjs';
import { judge } from './malformed/judge.mjs';
import { opening, protocol } from './malformed/protocol.mjs';

// Every input of the tables, through the proxy and on the socket. Each is answered as its table says or not
// at all; after each the same connection answers, and so does another.

const kFewest = 60;
const world = new World();
let bystander;

before(async () => {
  bystander = world.proxied('bystander');
  await bystander.initialize('2025-06-18');
  await bystander.request('tools/call', {
    name: 'process_agent_update',
    arguments: { agent_id: 'bystander' },
  });
});

const ways = {
  'through the proxy': (name) => world.proxied(name),
  'on the socket': (name) => world.direct(name),
};

/// Tells the recorder what is asked, where that can be read, so that the answer is checked as one to it.
function remember(client, line) {
  try {
    client.recorder.sent(JSON.parse(String(line).replace(/^\ufeff/, '')));
  } catch {
    // Not JSON: its answer has no request.
  }
}

async function play(client, line, expected, probe) {
  remember(client, line);
  await client.channel.write(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
  if (expected.kind !== 'ignored') {
    const reply = await client.channel.lines.take(kLong, 'answers');
    judge(JSON.parse(reply), expected);
  }
  const alive = await probe();
  assert.ok(alive.result, `the connection answers ${JSON.stringify(alive)} afterwards`);
  assert.deepEqual(client.channel.lines.takeAll().map(String), [], 'more was said than the one answer');
  assert.ok((await bystander.request('ping')).result, 'another connection suffers');
}

for (const [way, connect] of Object.entries(ways)) {
  describe(way, () => {
    let client;
    before(async () => {
      client = await connect(way);
      await client.initialize('2025-11-25');
    });

    for (const [name, line, expected] of [...json, ...bytes, ...protocol, ...args]) {
      test(name, () => play(client, line, expected, () => client.request('ping')));
    }

    for (const [name, line, expected] of opening) {
      test(name, async () => {
        const fresh = await connect(name);
        await play(fresh, line, expected, () => fresh.requestIn(kModern, 'server/discover'));
        await fresh.channel.close();
      });
    }

    test('nothing of it was stored', async () => {
      for (const agent_id of ['malformed', 'by-notification', 'nul-text']) {
        const { result } = await client.request('tools/call', {
          name: 'get_governance_metrics',
          arguments: { agent_id },
        });
        assert.equal(result._meta?.[kErrorKey]?.code, 'not_found', `${agent_id} exists`);
      }
    });

    test('each line that came back was a valid message', () => {
      const unreadable = client.recorder.records.filter((record) => record.unreadable);
      assert.deepEqual(
        unreadable.map((record) => record.raw.toString('latin1').slice(0, 200)),
        [],
      );
      assertValid([client.recorder]);
    });
  });
}

test('the tables are long enough', () => {
  assert.ok([...json, ...bytes, ...protocol, ...args, ...opening].length >= kFewest);
});

closeAsLastTest(world);
