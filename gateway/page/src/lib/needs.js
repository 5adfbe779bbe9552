// What needs a person, the most urgent first, each with the one action that helps. Pure: of what the daemon told.
import { decimal, firstOf, holderName, words } from './format.js';
import { routeTo } from './route.js';

const kRank = { high: 0, medium: 1 };
const kFileChanged = 'file_changed/';

/// The file that an alert is about, or null.
export function changedPath(alert) {
  return alert.kind === 'file_changed' && alert.cause?.startsWith(kFileChanged)
    ? alert.cause.slice(kFileChanged.length)
    : null;
}

export function needsOf({ overview, approvals = [], critical = [] }) {
  // Who waits for a word is in that request, and in nothing beside it.
  const asked = new Set(approvals.filter(({ kind }) => kind === 'decision').map(({ agent_id }) => agent_id));
  const needs = [
    ...healthNeeds(overview),
    ...approvals.map(approvalNeed),
    ...deploymentNeeds(overview.deployments, approvals),
    ...alertNeeds(overview, asked),
    ...agentNeeds(critical, overview.alerts, asked),
    ...leaseNeeds(overview.leases, overview.waits),
  ];
  return needs
    .map((need, at) => ({ need, at }))
    .sort((a, b) => kRank[a.need.urgency] - kRank[b.need.urgency] || a.at - b.at)
    .map(({ need }) => need);
}

/// `needs` with the first `most` of each group, and after these how many more of it there are (`more`, `group`), but for groups that
/// are in `opened`: so a hundred of one kind do not hide the rest.
export function shortened(needs, most, opened = new Set()) {
  const groupOf = (need) => need.group ?? need.kind;
  const counts = new Map();
  for (const need of needs) counts.set(groupOf(need), (counts.get(groupOf(need)) ?? 0) + 1);
  const seen = new Map();
  return needs.flatMap((need) => {
    const group = groupOf(need);
    const number = (seen.get(group) ?? 0) + 1;
    seen.set(group, number);
    if (opened.has(group) || number <= most) return [need];
    return number === most + 1 ? [{ key: `more ${group}`, group, more: counts.get(group) - most }] : [];
  });
}

function healthNeeds({ status, reasons }) {
  if (status === 'ok') return [];
  return [
    {
      key: 'health',
      urgency: status === 'failing' ? 'high' : 'medium',
      kind: 'governor',
      title: `governor is ${status}`,
      detail: (reasons ?? []).join('; '),
      href: routeTo('system'),
      action: { type: 'open', label: 'See why', href: routeTo('system') },
    },
  ];
}

function approvalNeed(approval) {
  return {
    key: `approval-${approval.approval}`,
    group: `approval ${approval.kind}`,
    urgency: 'high',
    kind: 'approval',
    title: approval.asks,
    detail: approval.why,
    note: `Without an answer: ${approval.without_answer}`,
    since: approval.created,
    until: approval.expires,
    agent: approval.agent_id,
    action: { type: 'answer', label: 'Answer', approval },
  };
}

function deploymentNeeds(deployments, approvals) {
  const asked = new Set(approvals.map(({ deployment_id }) => deployment_id));
  return deployments
    .filter(({ needs_person, deployment_id }) => needs_person && !asked.has(deployment_id))
    .map((deployment) => {
      const { deployment_id: id, state, waiting_for: waiting } = deployment;
      const href = routeTo('deployments', [id]);
      const goesOn = ['budget', 'quota', 'restart'].includes(waiting);
      let action = { type: 'open', label: 'Answer', href };
      if (goesOn) action = { type: 'continue', label: 'Let it go on', id };
      if (state === 'stuck') action = { type: 'open', label: 'Look at it', href };
      return {
        key: `deployment-${id}`,
        urgency: state === 'stuck' ? 'high' : 'medium',
        kind: 'deployment',
        title: `${id} ${state === 'stuck' ? 'is stuck' : `waits for ${words(waiting ?? 'a person')}`}`,
        detail: deployment.why,
        since: deployment.since,
        href,
        action,
      };
    });
}

/// Alerts that stand for what is shown by itself are left out.
function alertNeeds({ alerts, deployments }, asked) {
  const shown = new Set(deployments.filter(({ needs_person }) => needs_person).map((one) => one.agent_id));
  return alerts
    .filter(
      ({ kind, agent_id }) =>
        kind !== 'approval_requested' &&
        !(kind === 'agent_critical' && asked.has(agent_id)) &&
        !(kind.startsWith('deployment_') && shown.has(agent_id)),
    )
    .map((alert) => {
      const path = changedPath(alert);
      const href = path
        ? routeTo('files', ['change'], { path })
        : alert.agent_id && routeTo('agents', [alert.agent_id]);
      return {
        key: `alert-${alert.alert_id}`,
        group: `alert ${alert.kind}`,
        urgency: alert.severity === 'critical' ? 'high' : 'medium',
        kind: 'alert',
        title: words(alert.kind),
        detail: alert.message,
        since: alert.raised,
        agent: alert.agent_id,
        href,
        action: path
          ? { type: 'open', label: 'See the change', href }
          : { type: 'acknowledge', label: 'Acknowledge', alert },
      };
    });
}

function agentNeeds(agents, alerts, asked) {
  const alerted = new Set([...asked, ...alerts.map(({ agent_id }) => agent_id)]);
  return agents
    .filter(({ agent_id }) => !alerted.has(agent_id))
    .map((agent) => ({
      key: `agent-${agent.agent_id}`,
      urgency: 'high',
      kind: 'agent',
      title: `${agent.agent_id} is critical`,
      detail: `Risk ${decimal(agent.metrics?.risk_score)}, last decision: ${agent.decision ?? 'none'}.`,
      since: agent.last_update,
      href: routeTo('agents', [agent.agent_id]),
      action: { type: 'pause', label: 'Pause', agent: agent.agent_id },
    }));
}

function leaseNeeds(leases, waits) {
  return leases.flatMap((lease) => {
    const waiting = waits.filter(({ behind }) => behind.includes(lease.lease));
    if (waiting.length === 0) return [];
    const isOrphaned = lease.session_ended !== undefined;
    return [
      {
        key: `lease-${lease.lease}`,
        urgency: isOrphaned ? 'high' : 'medium',
        kind: 'lease',
        title: `${firstOf(waiting.map(({ waiter }) => holderName(waiter)))} waits for ${holderName(lease)}`,
        detail: `${firstOf(lease.paths)}${isOrphaned ? '; the session of its holder is gone' : ''}`,
        since: waiting[0].waiter.since,
        until: lease.until,
        agent: lease.agent_id,
        href: routeTo('files'),
        action: { type: 'break', label: 'Break the lease', lease },
      },
    ];
  });
}
