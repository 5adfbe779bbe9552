import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { kModern } from './lib/mcp.mjs';
import { assertValid } from './lib/validate.mjs';

// The daemon is killed under a client that uses prompts. Each request is answered once, by the daemon that follows, with
// what is stored.

const kLegacy = '2025-11-25';
const kAtOnce = 60;
const kKills = 3;

const world = new World({ survives: false });

/// Kills the daemon now; gives the pid of the one that follows.
async function killTheDaemon(pid) {
  process.kill(pid, 'SIGKILL');
  await until(kLong, `daemon ${pid} is dead`, () => !alive(pid));
  return (await world.otherDaemon(pid)).pid;
}

/// A client that has made one update, and what it sends.
async function begin(revision, agent) {
  const client = world.proxied(agent);
  if (revision === kLegacy) await client.initialize(kLegacy);
  const ask = async (method, params) => {
    const { result, error } = await client.requestIn(revision, method, params);
    assert.ok(result, JSON.stringify(error));
    return result;
  };
  const made = await ask('tools/call', {
    name: 'process_agent_update',
    arguments: { agent_id: agent, complexity: 0.3, response_text: 'something' },
  });
  assert.ok(!made.isError, made.content[0].text);
  return { client, ask };
}

/// The text of the prompt that shows all of an agent.
async function takeOver(ask, agent) {
  const { messages } = await ask('prompts/get', { name: 'take_over', arguments: { agent_id: agent } });
  return messages[0].content.text;
}

/// Fails if a request had two answers, or none.
function assertAnsweredOnce(client, method, count) {
  const answers = client.recorder.records.filter(({ message }) => message?.id !== undefined && !message.method);
  const ids = answers.map(({ message }) => message.id);
  assert.equal(new Set(ids).size, ids.length, 'a request was answered twice');
  assert.equal(client.recorder.answersTo(method).length, count);
  assertValid([client.recorder]);
}

for (const revision of [kLegacy, kModern]) {
  describe(`the end of the daemon under prompts, in ${revision}`, () => {
    test('between the list and the prompt', async () => {
      const agent = `between-${revision}`;
      const { client, ask } = await begin(revision, agent);
      const { prompts } = await ask('prompts/list', {});
      assert.ok(prompts.some(({ name }) => name === 'take_over'));
      const before = await takeOver(ask, agent);
      await killTheDaemon((await world.health()).pid);
      const after = await takeOver(ask, agent);
      assert.match(after, /"updates":1[,}]/);
      assert.equal(withoutTimes(after), withoutTimes(before));
      assert.deepEqual((await ask('prompts/list', {})).prompts, prompts);
      assertAnsweredOnce(client, 'prompts/get', 2);
    });

    test('with a prompt that it was sent and has not read', async () => {
      const agent = `unread-${revision}`;
      const { client, ask } = await begin(revision, agent);
      const { pid } = await world.health();
      process.kill(pid, 'SIGSTOP');
      const text = takeOver(ask, agent);
      await killTheDaemon(pid);
      assert.match(await text, new RegExp(`"${agent}"`));
      assertAnsweredOnce(client, 'prompts/get', 1);
    });

    test('among prompts that it reads', async () => {
      const agent = `among-${revision}`;
      const { client, ask } = await begin(revision, agent);
      for (let kills = 0; kills < kKills; ++kills) {
        const { pid } = await world.health();
        // The first answer says that the others are on their way, being read, or answered.
        let next;
        const all = Array.from({ length: kAtOnce }, () => takeOver(ask, agent));
        await Promise.race(all).then(() => (next = killTheDaemon(pid)));
        for (const text of await Promise.all(all)) assert.match(text, new RegExp(`"${agent}"`));
        await next;
      }
      assertAnsweredOnce(client, 'prompts/get', kAtOnce * kKills);
    });
  });
}

/// When it was read, and how long ago something was, differ.
function withoutTimes(text) {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/"(\w*seconds\w*|age\w*)":[\d.]+/g, '"$1":0');
}

closeAsLastTest(world);
