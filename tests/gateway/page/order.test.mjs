import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterAgents, kAgentOrders, sortAgents } from '../../../gateway/page/src/lib/order.js';

const agent = (agent_id, health, decision, risk_score, more) => ({
  agent_id,
  health,
  decision,
  metrics: { risk_score },
  updates: 1,
  status: 'active',
  ...more,
});
const kAgents = [
  agent('calm', 'healthy', 'approve', 0.1, { purpose: 'Writes docs' }),
  agent('new', 'unknown', undefined, undefined, { updates: 0, metrics: undefined }),
  agent('sick', 'critical', 'reject', 0.7, { tags: ['team-1'] }),
  agent('worse', 'critical', 'reject', 0.8),
  agent('halted', 'healthy', 'reject', 0.2, { status: 'paused' }),
  agent('tired', 'degraded', 'approve', 0.4, { owner: { client: 'Cursor' } }),
];
const names = (agents) => agents.map(({ agent_id }) => agent_id);

test('those that need a person come first, and who does not work last', () => {
  assert.deepEqual(names(sortAgents(kAgents, 'urgency')), [
    'worse',
    'sick',
    'tired',
    'calm',
    'new',
    'halted',
  ]);
});

test('every order is total and keeps all', () => {
  for (const order of [...kAgentOrders, 'no such order']) {
    const sorted = names(sortAgents(kAgents, order));
    assert.deepEqual([...sorted].sort(), names(kAgents).sort());
    assert.deepEqual(
      names(sortAgents([...kAgents].reverse(), order)),
      sorted,
      `${order} depends on the order before`,
    );
  }
});

test('a filter looks at ids, purposes, clients and tags', () => {
  for (const [text, found] of [
    ['CURS', ['tired']],
    ['docs', ['calm']],
    ['team-1', ['sick']],
    ['ne', ['new']],
    ['', names(kAgents)],
  ])
    assert.deepEqual(names(filterAgents(kAgents, { text })), found);
  assert.deepEqual(names(filterAgents(kAgents, { health: 'critical' })), ['sick', 'worse']);
  assert.deepEqual(names(filterAgents(kAgents, { status: 'paused', text: 'halt' })), ['halted']);
});
