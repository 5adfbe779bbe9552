import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { closeAsLastTest, World } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, stretched, until, within } from './lib/deadlines.mjs';
import { Gateway } from './lib/gateway.mjs';

// What the gateway refuses is in the daemon's audit log: soon, in few entries, and across the end of the daemon.

const world = new World({ survives: false });
let gateway;

before(async () => {
  gateway = await Gateway.start(world);
  await (await gateway.browser()).session(); // the daemon runs
});

async function control(...args) {
  const options = { env: world.environment(), timeout: stretched(kLong * 2) };
  const { stdout } = await promisify(execFile)(world.binary('governorctl'), [...args, '--json'], options);
  return JSON.parse(stdout);
}

/// The oldest first.
async function refusals() {
  const { entries } = await control('audit', '--event', 'gateway_refused', '--rows', '1000');
  return entries.reverse();
}

const details = async () => (await refusals()).map(({ detail }) => detail);

const awaitDetail = (wanted) =>
  until(kLong, `${wanted} is in the audit log`, async () => (await details()).find((one) => wanted.test(one)));

test('who goes away in the middle of a request was not refused', async () => {
  const before = await details();
  for (const [begun, end] of [
    ['', 'destroy'],
    ['GET / HT', 'destroy'],
    ['GET / HT', 'resetAndDestroy'],
    [`POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n`, 'resetAndDestroy'],
    [
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nAuthorization: ${gateway.bearer()}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      'resetAndDestroy',
    ],
  ]) {
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.on('error', () => {});
    await within(kLong, 'the connection', once(socket, 'connect'));
    if (begun) await new Promise((resolve) => socket.write(begun, resolve));
    const closed = once(socket, 'close');
    socket[end]();
    await within(kLong, 'the connection ends', closed);
  }
  assert.equal((await gateway.request('/nothing-here', { headers: { Host: `127.0.0.1:${gateway.port}` } })).status, 404);
  await awaitDetail(/^GET \/nothing-here: not_found \(404\), by governor-gateway with pid \d+$/);
  // Refusals are told in their order: what was before it would be there.
  assert.deepEqual((await details()).slice(before.length).filter((one) => !one.includes('not_found')), []);
});

test('the first of a kind is told at once, the others as one number, by governor itself', async () => {
  for (let i = 0; i < 200; ++i)
    assert.equal((await gateway.request(`/?secret=${i}`, { headers: { Host: 'evil.example' } })).status, 403);
  await awaitDetail(/^GET \/: wrong_host \(403\)/);
  const entries = await refusals();
  // On a slow machine the minute of the count may be over meanwhile.
  assert.ok(entries.filter(({ detail }) => detail.includes('wrong_host')).length < 10);
  for (const { who, detail } of entries) {
    assert.equal(who.kind, 'governor');
    assert.doesNotMatch(detail, /secret/);
  }
});

test('a refusal after admission is told too', async () => {
  const headers = { Authorization: gateway.bearer(), 'Content-Type': 'application/json' };
  assert.equal((await gateway.request('/mcp', { method: 'POST', headers, body: 'no json' })).status, 400);
  await awaitDetail(/^POST \/mcp: bad_json \(400\)/);
  assert.equal((await gateway.request('/mcp', { headers: { ...headers, 'Mcp-Session-Id': 'x' } })).status, 404);
  await awaitDetail(/^GET \/mcp: mcp_32001 \(404\)/);
});

test('while there is no daemon a refusal waits for nobody, and is told to the next one once', async () => {
  const { pid } = await world.health();
  process.kill(pid, 'SIGKILL');
  await until(kLong, `daemon ${pid} is dead`, () => !alive(pid));
  assert.equal((await gateway.request('/api', { method: 'PUT' })).status, 405);
  await awaitDetail(/^PUT \/api: method_not_allowed \(405\)/);
  assert.equal((await details()).filter((one) => one.includes('method_not_allowed')).length, 1);
});

test('nobody but the gateway tells of such refusals', async () => {
  const client = await world.direct('somebody');
  try {
    await client.request('governor/hello', { protocol: 1, role: 'person', client: 'somebody' });
    const { error } = await client.request('governor/note_refusal', { code: 'made_up' });
    assert.equal(error.data.code, 'not_owner');
  } finally {
    await client.channel.close();
  }
  assert.ok(!(await details()).some((one) => one.includes('made_up')));
});

test('at the end of the gateway what was counted is told, and the chain of the audit log is intact', async () => {
  await gateway.close();
  const kCounted = /^(\d+) more within \d+ s at \/: wrong_host \(403\), the newest: GET \/, by governor-gateway/;
  await until(kLong, 'all are told of', async () => {
    const counts = (await details()).map((one) => Number(one.match(kCounted)?.[1] ?? 0));
    return counts.reduce((total, count) => total + count, 0) === 199;
  });
  assert.equal((await control('audit', 'verify')).ok, true);
});

closeAsLastTest(world);
