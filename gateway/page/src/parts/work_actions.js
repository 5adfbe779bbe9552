// What a person may do with deployments and tasks.
import { request, tool } from '../net/rpc.js';
import { reloadAll } from '../net/source.js';
import { ask } from './dialog.js';

const done = (text) => {
  reloadAll();
  return text;
};

export function stopDeployment(id) {
  ask({
    title: `Stop ${id}`,
    text: 'It and all that it has started are ended.',
    reason: 'required',
    confirm: 'Stop',
    danger: true,
    run: async ({ reason }) => {
      await tool('stop_deployment', { deployment_id: id, reason });
      return done(`${id} is stopped.`);
    },
  });
}

export function continueDeployment(id) {
  const figures = ['turns', 'tokens', 'cost_usd', 'seconds'];
  ask({
    title: `Let ${id} go on`,
    text: 'Without figures it gets as much again of what is used up. 0 is no limit.',
    fields: figures.map((name) => ({ name, label: `Budget: ${name}`, type: 'number', min: 0 })),
    confirm: 'Go on',
    run: async (values) => {
      const budget = Object.fromEntries(
        figures.filter((name) => values[name] !== '').map((name) => [name, Number(values[name])]),
      );
      const isGiven = Object.keys(budget).length > 0;
      await request('governor/deployment_continue', { deployment_id: id, ...(isGiven && { budget }) });
      return done(`${id} goes on.`);
    },
  });
}

export function mergeDeployment(id, branch) {
  ask({
    title: `Merge ${id}`,
    text: `${branch} is merged into the repository that it was made of. The audit log says who did it.`,
    confirm: 'Merge',
    run: async () => {
      await request('governor/deployment_merge', { deployment_id: id });
      return done(`${id} is merged.`);
    },
  });
}

export function discardDeployment(id) {
  ask({
    title: `Discard the work of ${id}`,
    text: 'Its worktree and all that is in it and was not merged are thrown away. This cannot be taken back.',
    confirm: 'Throw away',
    danger: true,
    run: async () => {
      await request('governor/deployment_discard', { deployment_id: id });
      return done(`The worktree of ${id} is gone.`);
    },
  });
}

export function cancelTask(id) {
  ask({
    title: `Cancel ${id}`,
    text: 'Nobody works on it any more; who has claimed it loses the claim.',
    reason: 'required',
    confirm: 'Cancel the task',
    danger: true,
    run: async ({ reason }) => {
      await tool('update_task', { task_id: id, status: 'cancelled', note: reason });
      return done(`${id} is cancelled.`);
    },
  });
}

export function reopenTask(id) {
  ask({
    title: `Open ${id} again`,
    text: 'It waits to be claimed, as at first.',
    reason: 'required',
    confirm: 'Open again',
    run: async ({ reason }) => {
      await tool('update_task', { task_id: id, status: 'pending', note: reason });
      return done(`${id} is open again.`);
    },
  });
}

export function assignTask(id) {
  ask({
    title: `Say whose ${id} is`,
    text: 'The claim of anybody else ends.',
    fields: [{ name: 'agent', label: 'Agent', hint: 'Left empty: whoever claims it' }],
    reason: 'required',
    confirm: 'Assign',
    run: async ({ agent, reason }) => {
      await request('governor/task_assign', { task_id: id, note: reason, ...(agent && { agent }) });
      return done(agent ? `${id} is for ${agent}.` : `${id} is anybody's.`);
    },
  });
}
