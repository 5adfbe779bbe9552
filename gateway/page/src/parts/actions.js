// Everything that a person may do here, as governorctl does it.
import { html } from '../html.js';
import { holderName } from '../lib/format.js';
import { request, tool } from '../net/rpc.js';
import { ask } from './dialog.js';
import { done } from './done.js';
import { continueDeployment } from './work_actions.js';

/// A reason that was left empty is not sent.
const reasoned = (reason, name = 'reason') => (reason ? { [name]: reason } : {});

export function acknowledge(alert) {
  ask({
    title: `Acknowledge alert ${alert.alert_id}`,
    text: alert.message,
    reason: 'required',
    confirm: 'Acknowledge',
    run: async ({ reason }) => {
      await tool('acknowledge_alert', { alert_id: alert.alert_id, note: reason });
      return done(`Alert ${alert.alert_id} is acknowledged.`);
    },
  });
}

export function pauseAgent(id) {
  ask({
    title: `Pause ${id}`,
    text: 'Its updates and new leases are refused until a person resumes it.',
    reason: 'required',
    confirm: 'Pause',
    danger: true,
    run: async ({ reason }) => {
      await tool('pause_agent', { agent_id: id, reason });
      return done(`${id} is paused.`);
    },
  });
}

export function resumeAgent(id) {
  ask({
    title: `Resume ${id}`,
    text: 'It may go on: its updates are taken again.',
    reason: 'required',
    confirm: 'Resume',
    run: async ({ reason }) => {
      await tool('resume_agent', { agent_id: id, reason });
      return done(`${id} goes on.`);
    },
  });
}

export function breakLease(lease) {
  ask({
    title: `Break lease ${lease.lease} of ${holderName(lease)}`,
    text: `Others may write ${lease.paths.join(', ')} then. The holder is told why.`,
    reason: 'required',
    confirm: 'Break the lease',
    danger: true,
    run: async ({ reason }) => {
      await request('governor/lease_break', { lease: lease.lease, reason });
      return done(`Lease ${lease.lease} is over.`);
    },
  });
}

const kPeriods = [
  ['900', '15 minutes'],
  ['1800', '30 minutes'],
  ['3600', 'an hour'],
  ['28800', '8 hours'],
];

export function answerApproval(approval, approve) {
  const isUnlock = approve && approval.kind === 'unlock';
  ask({
    title: `${approve ? 'Approve' : 'Deny'} request ${approval.approval}`,
    text: approval.asks,
    fields: isUnlock ? [{ name: 'seconds', label: 'For how long', options: kPeriods }] : [],
    reason: 'required',
    confirm: approve ? 'Approve' : 'Deny',
    danger: !approve,
    run: async ({ reason, seconds }) => {
      await request('governor/approval_answer', {
        approval: approval.approval,
        approve,
        note: reason,
        ...(isUnlock && { seconds: Number(seconds) }),
      });
      return done(`Request ${approval.approval} is ${approve ? 'approved' : 'denied'}.`);
    },
  });
}

export function unlockPath(path = '') {
  ask({
    title: 'Unlock a protected file',
    text: 'It may be written for a time, although it is protected.',
    fields: [
      { name: 'path', label: 'File or pattern', value: path, required: true },
      { name: 'agent', label: 'Only by this agent (may be left out)' },
      { name: 'seconds', label: 'For how long', options: kPeriods },
    ],
    reason: 'required',
    confirm: 'Unlock',
    run: async ({ path: chosen, agent, seconds, reason }) => {
      await request('governor/unlock', {
        path: chosen,
        seconds: Number(seconds),
        reason,
        ...reasoned(agent, 'agent_id'),
      });
      return done(`${chosen} is unlocked.`);
    },
  });
}

export function lockAgain(unlock) {
  ask({
    title: 'Take the leave back',
    text: `${unlock.path} is protected again at once.`,
    reason: 'required',
    confirm: 'Take it back',
    run: async ({ reason }) => {
      await request('governor/unlock', {
        path: unlock.path,
        seconds: 0,
        reason,
        ...reasoned(unlock.agent_id, 'agent_id'),
      });
      return done(`${unlock.path} is protected again.`);
    },
  });
}

export function protect() {
  ask({
    title: 'Protect files',
    text: 'Nobody writes them without the leave of a person.',
    fields: [
      {
        name: 'pattern',
        label: 'Absolute path or pattern',
        required: true,
        hint: 'Such as /home/ada/project/core/** or /home/ada/project/.env',
      },
    ],
    reason: 'required',
    confirm: 'Protect',
    run: async ({ pattern, reason }) => {
      await request('governor/protect', { pattern, reason });
      return done(`${pattern} is protected.`);
    },
  });
}

export function unprotect(pattern) {
  ask({
    title: 'End the protection',
    text: `${pattern} may be written by everybody then.`,
    reason: 'required',
    confirm: 'End it',
    danger: true,
    run: async ({ reason }) => {
      await request('governor/protect', { pattern, remove: true, reason });
      return done(`${pattern} is not protected any more.`);
    },
  });
}

export function restoreFile(path, version) {
  ask({
    title: `Restore ${path}`,
    text: `It becomes what version ${version.backup} holds. What is there now is kept as a version of its own.`,
    reason: 'required',
    confirm: 'Restore',
    danger: true,
    run: async ({ reason }) => {
      await request('governor/restore', { path, backup: version.backup, reason });
      return done(`${path} is what it was.`);
    },
  });
}

/// The action of one thing that needs a person; see lib/needs.js.
export function NeedAction({ action }) {
  if (action.type === 'open') return html`<a class="button primary" href=${action.href}>${action.label}</a>`;
  if (action.type === 'answer') {
    return html`<button class="primary" onClick=${() => answerApproval(action.approval, true)}>Approve</button>
      <button onClick=${() => answerApproval(action.approval, false)}>Deny</button>`;
  }
  const run = {
    acknowledge: () => acknowledge(action.alert),
    pause: () => pauseAgent(action.agent),
    break: () => breakLease(action.lease),
    continue: () => continueDeployment(action.id),
  }[action.type];
  return html`<button class="primary" onClick=${run}>${action.label}</button>`;
}
