import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binned, historyColumns, sparkPoints } from '../../../gateway/page/src/lib/series.js';
import { treeRows } from '../../../gateway/page/src/lib/tree.js';
import { kNode, placed, waitGraph } from '../../../gateway/page/src/lib/wait_graph.js';

const lease = (key, agent_id) => ({ lease: key, agent_id, client: 'c' });
const wait = (agent_id, ...behind) => ({
  waiter: { agent_id, client: 'c', paths: [`/of/${agent_id}`] },
  behind,
});
const name = (holder) => holder.agent_id;

test('a sparkline stays in its box and leaves out what is not known', () => {
  assert.equal(sparkPoints([0, null, 2, NaN, 0.5], 40, 20), '0,20 20,0 40,10');
  assert.equal(sparkPoints([], 40, 20), '');
});

test('times are counted by the part that they fall into', () => {
  assert.deepEqual(binned([-1, 0, 9, 10, 29, 30], 0, 30, 3), [2, 1, 1]);
});

test('columns of a history are the oldest first, and their times grow', () => {
  const rows = [
    { timestamp: '2026-01-31T12:00:01Z', risk: 0.3 },
    { timestamp: null, risk: 0.2 },
    { timestamp: '2026-01-31T12:00:01Z', risk: null },
    { timestamp: null, risk: 0 },
  ];
  const [times, risks] = historyColumns(rows, ['risk']);
  assert.deepEqual(risks, [0, null, 0.2, 0.3]);
  times.slice(1).forEach((time, i) => assert.ok(time > times[i], `${times}`));
  assert.ok(times.every(Number.isFinite));
});

test('a chain of waits is a column each', () => {
  const graph = placed(
    waitGraph([lease(1, 'ada'), lease(2, 'bob')], [wait('bob', 1), wait('cleo', 2), wait('dan', 1)], name),
  );
  const at = Object.fromEntries(graph.nodes.map((node) => [node.name, node]));
  assert.ok(at.ada.x < at.bob.x && at.bob.x < at.cleo.x);
  assert.equal(at.bob.x, at.dan.x);
  assert.notEqual(at.bob.y, at.dan.y);
  assert.deepEqual([at.ada.holds, at.ada.waits, at.bob.holds, at.bob.waits], [2, 0, 1, 1]);
  assert.deepEqual(
    graph.edges.map(({ from, to }) => `${from} ${to}`),
    ['bob ada', 'cleo bob', 'dan ada'],
  );
  assert.ok(graph.width >= at.cleo.x + kNode.width && graph.height >= at.dan.y + kNode.height);
});

test('a circle, and a lease that is not known, end', () => {
  const graph = placed(
    waitGraph([lease(1, 'ada'), lease(2, 'bob')], [wait('bob', 1, 99), wait('ada', 2)], name),
  );
  assert.equal(graph.nodes.length, 2);
  assert.equal(graph.edges.length, 2);
  assert.deepEqual(placed(waitGraph([], [], name)).nodes, []);
});

test('children stand below their parents, and nobody is lost', () => {
  const items = [['a'], ['b', 'a'], ['c', 'b'], ['d', 'gone'], ['e', 'f'], ['f', 'e'], ['g', 'g']].map(
    ([id, parent]) => ({ id, parent }),
  );
  const rows = treeRows(
    items,
    ({ id }) => id,
    ({ parent }) => parent,
  ).map(({ item, depth }) => `${item.id}${depth}`);
  assert.deepEqual(rows.slice(0, 4), ['a0', 'b1', 'c2', 'd0']);
  assert.deepEqual(rows.map((row) => row[0]).sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
});

test('who is waited for stands beside who waits', () => {
  const leases = [lease(1, 'ada'), lease(2, 'bob')];
  const waits = [wait('one', 1), wait('two', 1), wait('three', 2), wait('four', 3), wait('four', 2)];
  const at = Object.fromEntries(placed(waitGraph(leases, waits, name)).nodes.map((node) => [node.name, node]));
  assert.equal(at.ada.y, at.one.y);
  assert.equal(at.bob.y, at.three.y);
  assert.ok(at.one.y < at.two.y && at.two.y < at.three.y && at.three.y < at.four.y);
});
