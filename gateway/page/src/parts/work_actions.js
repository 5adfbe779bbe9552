// What a person may do with deployments and tasks.
import { request, tool } from '../net/rpc.js';
import { ask } from './dialog.js';
import { done } from './done.js';

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
    reason: 'required',
    confirm: 'Go on',
    run: async ({ reason, ...values }) => {
      const budget = Object.fromEntries(
        figures.filter((name) => values[name] !== '').map((name) => [name, Number(values[name])]),
      );
      const isGiven = Object.keys(budget).length > 0;
      await request('governor/deployment_continue', { deployment_id: id, reason, ...(isGiven && { budget }) });
      return done(`${id} goes on.`);
    },
  });
}

export function mergeDeployment(id, branch) {
  ask({
    title: `Merge ${id}`,
    text: `${branch} is merged into the repository that it was made of.`,
    reason: 'required',
    confirm: 'Merge',
    run: async ({ reason }) => {
      await request('governor/deployment_merge', { deployment_id: id, reason });
      return done(`${id} is merged.`);
    },
  });
}

export function discardDeployment(id) {
  ask({
    title: `Discard the work of ${id}`,
    text: 'Its worktree and all that is in it and was not merged are thrown away. This cannot be taken back.',
    reason: 'required',
    confirm: 'Throw away',
    danger: true,
    run: async ({ reason }) => {
      await request('governor/deployment_discard', { deployment_id: id, reason });
      return done(`The worktree of ${id} is gone.`);
    },
  });
}

/// Its text says what it is for, so no reason is asked.
export function createTask() {
  ask({
    title: 'A new task',
    text: 'Agents claim it, the most urgent first.',
    fields: [
      { name: 'task_id', label: 'Id', required: true, hint: 'Short and without spaces, such as port-lexer' },
      { name: 'title', label: 'Title', required: true },
      { name: 'description', label: 'Text', rows: 4 },
      { name: 'agent', label: 'Only for this agent (may be left out)' },
      {
        name: 'priority',
        label: 'Priority',
        value: 'MEDIUM',
        options: ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'].map((name) => [name, name.toLowerCase()]),
      },
    ],
    confirm: 'Create',
    run: async (given) => {
      await tool('define_task', Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')));
      return done(`${given.task_id} waits to be claimed.`);
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
