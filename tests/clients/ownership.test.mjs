import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { kShort, until } from './lib/deadlines.mjs';
import { kErrorKey, kModern } from './lib/mcp.mjs';
import { assertValid } from './lib/validate.mjs';

// Who may update an agent, as two real clients of different eras see it.

const world = new World();
let modern;
let legacy;

before(async () => {
  modern = await connectClient2(world, 'modern', { versionNegotiation: { mode: { pin: kModern } } });
  legacy = await connectClient2(world, 'legacy');
});

async function did(client, tool, given) {
  const result = await client.call(tool, given);
  assert.ok(!result.isError, result.content[0].text);
  return result.structuredContent;
}

async function refused(client, tool, given, code) {
  const result = await client.call(tool, given);
  assert.equal(result.isError, true, 'not refused');
  assert.equal(result._meta[kErrorKey].code, code, result.content[0].text);
  return result.content[0].text;
}

describe('an agent that a session registered', () => {
  let token;

  test('is refused to others, who are told how to get in', async () => {
    token = (await did(modern, 'register_agent', { agent_id: 'owned', purpose: 'ours' })).token;
    const text = await refused(legacy, 'process_agent_update', { agent_id: 'owned' }, 'not_owner');
    assert.match(text, /token/, 'the refusal does not say that a token would do');
    await refused(legacy, 'register_agent', { agent_id: 'owned' }, 'not_owner');
    assert.equal((await did(modern, 'get_governance_metrics', { agent_id: 'owned' })).decision, null);
  });

  test('may be read by all', async () => {
    assert.equal((await did(legacy, 'get_governance_metrics', { agent_id: 'owned' })).agent_id, 'owned');
  });

  test('is open to who gives its token, and to nobody with another', async () => {
    await refused(legacy, 'process_agent_update', { agent_id: 'owned', token: `${token}x` }, 'not_owner');
    assert.equal((await did(legacy, 'process_agent_update', { agent_id: 'owned', token })).update, 1);
  });

  test('is open to all when it was registered as shared', async () => {
    await did(modern, 'register_agent', { agent_id: 'common', shared: true });
    assert.equal((await did(legacy, 'process_agent_update', { agent_id: 'common' })).update, 1);
    assert.equal((await did(modern, 'process_agent_update', { agent_id: 'common' })).update, 2);
  });

  test('is free when its session has ended, and resumed with its history', async () => {
    const passing = await connectClient2(world, 'passing');
    await did(passing, 'register_agent', { agent_id: 'left-behind' });
    await did(passing, 'process_agent_update', {});
    await passing.client.close();
    // The daemon may hear of the end after this call: until then the agent is still taken.
    const again = await until(kShort, 'the agent is free', async () => {
      const result = await legacy.call('register_agent', { agent_id: 'left-behind' });
      return result.isError ? null : result.structuredContent;
    });
    assert.equal(again.created, false);
    assert.equal(again.resumed, true);
    assert.equal((await did(legacy, 'process_agent_update', {})).update, 2);
    assertValid([passing.recorder]);
  });
});

describe('an agent id', () => {
  test('that nobody registered is an open agent, with a warning', async () => {
    const made = await did(modern, 'process_agent_update', { agent_id: 'never-registered' });
    assert.equal(made.update, 1);
    assert.ok(made.warnings.length > 0, 'no warning');
    assert.equal((await did(legacy, 'process_agent_update', { agent_id: 'never-registered' })).update, 2);
  });

  for (const generic of ['test', 'demo', 'default_agent', 'claude_chat', 'claude_code_cli']) {
    test(`as common as ${generic} is made unique, with a warning`, async () => {
      const made = await did(modern, 'register_agent', { agent_id: generic });
      assert.ok(made.agent_id.startsWith(generic) && made.agent_id.length > generic.length, made.agent_id);
      assert.ok(made.warnings.length > 0, 'no warning');
    });
  }

  test('is made up where none is given', async () => {
    const [one, other] = [await did(modern, 'register_agent', {}), await did(legacy, 'register_agent', {})];
    assert.match(one.agent_id, /^[A-Za-z0-9._-]{1,128}$/);
    assert.notEqual(one.agent_id, other.agent_id);
  });
});

test('every message was valid', () => {
  assertValid([modern.recorder, legacy.recorder]);
  assert.deepEqual([...modern.problems, ...legacy.problems], []);
});

closeAsLastTest(world);
