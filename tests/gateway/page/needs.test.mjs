import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedPath, needsOf, shortened } from '../../../gateway/page/src/lib/needs.js';

const kQuiet = { status: 'ok', reasons: [], alerts: [], deployments: [], leases: [], waits: [] };
const alert = (alert_id, kind, severity, more) => ({
  alert_id,
  kind,
  severity,
  message: kind,
  raised: '2026-01-31T12:00:00Z',
  ...more,
});
const keys = (needs) => needs.map(({ key }) => key);

test('where all is well nobody is needed', () => {
  assert.deepEqual(needsOf({ overview: kQuiet }), []);
});

test('the urgent come first, and each has one action', () => {
  const needs = needsOf({
    overview: {
      ...kQuiet,
      status: 'degraded',
      alerts: [alert(1, 'risky_action', 'warning', { agent_id: 'ada' }), alert(2, 'low_disk', 'critical')],
      deployments: [
        {
          deployment_id: 'd-1',
          agent_id: 'd-1',
          needs_person: true,
          state: 'waiting',
          waiting_for: 'permission',
        },
        { deployment_id: 'd-2', agent_id: 'd-2', needs_person: true, state: 'stuck' },
        { deployment_id: 'd-3', agent_id: 'd-3', needs_person: false, state: 'working' },
      ],
      leases: [
        { lease: 5, agent_id: 'ada', paths: ['/a'], client: 'c' },
        { lease: 6, agent_id: 'bob', paths: ['/b'], client: 'c', session_ended: '2026-01-31T12:00:00Z' },
        { lease: 7, agent_id: 'eve', paths: ['/c'], client: 'c' },
      ],
      waits: [{ waiter: { agent_id: 'cleo', paths: ['/a'] }, behind: [5, 6] }],
    },
    approvals: [{ approval: 9, asks: 'May ada?', why: 'it must', kind: 'unlock' }],
    critical: [{ agent_id: 'dora', metrics: { risk_score: 0.9 }, decision: 'reject' }],
  });
  assert.deepEqual(keys(needs), [
    'approval-9',
    'deployment-d-2',
    'alert-2',
    'agent-dora',
    'lease-6',
    'health',
    'deployment-d-1',
    'alert-1',
    'lease-5',
  ]);
  assert.deepEqual(
    needs.map(({ action }) => action.type),
    ['answer', 'open', 'acknowledge', 'pause', 'break', 'open', 'open', 'acknowledge', 'break'],
  );
});

test('what is asked already is not shown a second time', () => {
  const overview = {
    ...kQuiet,
    alerts: [
      alert(1, 'approval_requested', 'warning'),
      alert(2, 'deployment_waiting', 'warning', { agent_id: 'd-1' }),
      alert(3, 'agent_critical', 'critical', { agent_id: 'dora' }),
    ],
    deployments: [
      { deployment_id: 'd-1', agent_id: 'd-1', needs_person: true, state: 'waiting', waiting_for: 'budget' },
    ],
  };
  const critical = [{ agent_id: 'dora' }];
  assert.deepEqual(keys(needsOf({ overview, critical })), ['alert-3', 'deployment-d-1']);
  const budget = { approval: 1, kind: 'budget', deployment_id: 'd-1', asks: 'More?' };
  assert.deepEqual(keys(needsOf({ overview, critical, approvals: [budget] })), ['approval-1', 'alert-3']);
  const halt = { approval: 2, kind: 'decision', agent_id: 'dora', asks: 'May it go on?' };
  assert.deepEqual(keys(needsOf({ overview, critical, approvals: [halt] })), [
    'approval-2',
    'deployment-d-1',
  ]);
  assert.deepEqual(keys(needsOf({ overview: kQuiet, critical, approvals: [halt] })), ['approval-2']);
});

test('a file that changed leads to its difference', () => {
  const changed = alert(1, 'file_changed', 'warning', { cause: 'file_changed//home/a b/x.py' });
  assert.equal(changedPath(changed), '/home/a b/x.py');
  const [need] = needsOf({ overview: { ...kQuiet, alerts: [changed] } });
  assert.deepEqual(need.action, {
    type: 'open',
    label: 'See the change',
    href: '#/files/change?path=%2Fhome%2Fa+b%2Fx.py',
  });
  assert.equal(changedPath(alert(2, 'file_changed', 'warning', { cause: 'many' })), null);
});

test('many of one kind do not hide the rest, and may be opened', () => {
  const many = Array.from({ length: 5 }, (_, i) => ({ key: `a${i}`, kind: 'alert', group: 'alert low_disk' }));
  const needs = [...many, { key: 'lease', kind: 'lease' }];
  assert.deepEqual(keys(shortened(needs, 2)), ['a0', 'a1', 'more alert low_disk', 'lease']);
  assert.equal(shortened(needs, 2)[2].more, 3);
  assert.deepEqual(shortened(needs, 2, new Set(['alert low_disk'])), needs);
  assert.deepEqual(shortened(needs, 5), needs);
});
