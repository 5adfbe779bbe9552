import assert from 'node:assert/strict';
import { kInvalidParams } from './mcp.mjs';

// What a client does with prompts, whichever client and revision it is. `use` has prompts(), prompt(name, given),
// complete(argument) and code(error); `agent` has updates.

export async function usePrompts(use, agent) {
  const { prompts, nextCursor } = await use.prompts();
  assert.deepEqual(prompts.map(({ name }) => name), ['fleet_status', 'take_over', 'standup']);
  assert.equal(nextCursor, undefined);
  const text = async (name, given) => {
    const { messages } = await use.prompt(name, given);
    assert.equal(messages.length, 1);
    assert.equal(messages[0].role, 'user');
    assert.equal(messages[0].content.type, 'text');
    return messages[0].content.text;
  };
  for (const { name } of prompts) assert.match(await text(name), /^## /m);
  assert.match(await text('take_over', { agent_id: agent }), new RegExp(`"${agent}"`));
  assert.match(await text('standup', { since: '2d' }), new RegExp(`"${agent}"`));

  const complete = (name, argument, value) =>
    use.complete({ ref: { type: 'ref/prompt', name }, argument: { name: argument, value } });
  const ids = (await complete('take_over', 'agent_id', agent.slice(0, -2))).completion.values;
  assert.ok(ids.includes(agent), `${agent} is not among ${ids}`);
  assert.deepEqual((await complete('standup', 'since', '2')).completion.values, ['24h', '2d']);

  for (const refused of [
    () => use.prompt('nothing'),
    () => use.prompt('fleet_status', { agent_id: agent }),
    () => use.prompt('take_over', { agent_id: 'nobody-made-this-one' }),
    () => use.prompt('standup', { since: 'yesterday' }),
    () => complete('nothing', 'agent_id', ''),
    () => complete('standup', 'agent_id', ''),
  ]) {
    await assert.rejects(refused, (error) => {
      assert.equal(use.code(error), kInvalidParams, error.message);
      return true;
    });
  }
}
