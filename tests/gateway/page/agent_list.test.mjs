import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentList } from '../../../gateway/page/src/lib/agent_list.js';

const agent = (agent_id, updates, status = 'active') => ({ agent_id, updates, status });
const seen = (list) => Object.fromEntries(list.rows.map(({ agent_id, updates }) => [agent_id, updates]));

test('pages are put together, and each can be seen as it comes', () => {
  const list = new AgentList();
  list.addPage([agent('ada', 1), agent('bob', 2)]);
  assert.deepEqual(seen(list), { ada: 1, bob: 2 });
  assert.ok(!list.isWhole);
  list.addPage([agent('cleo', 3)]);
  list.end();
  assert.ok(list.isWhole);
  assert.deepEqual(seen(list), { ada: 1, bob: 2, cleo: 3 });
});

test('a change that was told of before its page came stays', () => {
  const list = new AgentList();
  list.addPage([agent('ada', 1)]);
  assert.ok(list.addChanged([agent('zoe', 9), agent('gone', 4, 'deleted')]));
  list.addPage([agent('zoe', 8), agent('gone', 4)]);
  list.end();
  assert.deepEqual(seen(list), { ada: 1, zoe: 9 });
});

test('what has changed takes the place of what was known, new ones come, deleted ones go', () => {
  const list = new AgentList();
  list.addPage([agent('ada', 1), agent('bob', 2), agent('cleo', 3)]);
  list.end();
  list.addChanged([agent('bob', 3), agent('dan', 0), agent('cleo', 3, 'deleted'), agent('nobody', 1, 'deleted')]);
  assert.deepEqual(seen(list), { ada: 1, bob: 3, dan: 0 });
  list.addChanged([agent('cleo', 4)]); // there again
  assert.deepEqual(seen(list), { ada: 1, bob: 3, dan: 0, cleo: 4 });
});

test('nothing new is the same list, so that nothing is sorted and drawn anew', () => {
  const list = new AgentList();
  list.addPage([agent('ada', 1)]);
  list.end();
  const before = list.rows;
  assert.ok(!list.addChanged([]));
  assert.equal(list.rows, before);
  list.addChanged([agent('ada', 2)]);
  assert.notEqual(list.rows, before);
});
