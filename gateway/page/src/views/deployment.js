// One headless agent: how it stands, what it writes, what it has made, and what a person may do.
import { html } from '../html.js';
import { count, words } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { AgentLink, Badge, Facts, Meter, Pending, Section } from '../parts/small.js';
import { Time } from '../parts/time.js';
import {
  continueDeployment,
  discardDeployment,
  mergeDeployment,
  stopDeployment,
} from '../parts/work_actions.js';
import { DeploymentDiff } from './deployment_diff.js';
import { DeploymentOutput } from './deployment_output.js';

const kOver = ['finished', 'failed', 'stopped', 'lost'];
const kGoesOn = ['budget', 'quota', 'restart'];

export function Deployment({ id }) {
  const uri = `governor://deployments/${id}`;
  const source = useSource(uri, [uri, 'governor://deployments'], () =>
    tool('get_deployment', { deployment_id: id, history: 100 }),
  );
  return html`<p class="path"><a href=${routeTo('deployments')}>Deployments</a></p><h1>${id}</h1>
    <${Pending} source=${source}>${({ deployment, history }) => {
      const isOver = kOver.includes(deployment.state);
      const hasWorktree = deployment.workspace?.mode === 'worktree' && !deployment.workspace.removed;
      return html`<${Standing} id=${id} deployment=${deployment} isOver=${isOver} hasWorktree=${hasWorktree} />
        <${Budget} deployment=${deployment} />
        <${DeploymentOutput} id=${id} isOver=${isOver} />
        ${hasWorktree && html`<${DeploymentDiff} id=${id} />`}
        ${history.length > 0 && html`<${Section} title="History" count=${history.length}><ul class="timeline">${history.map(
          (event, i) => html`<li key=${i}>
          <${Time} at=${event.timestamp} /> <span>${words(event.event)}${event.state === event.event ? '' : `, ${event.state}`}${event.note ? `: ${event.note}` : ''}</span></li>`,
        )}</ul></${Section}>`}`;
    }}</${Pending}>`;
}

function Standing({ id, deployment, isOver, hasWorktree }) {
  const { workspace } = deployment;
  return html`<div class="standing"><${Badge} word=${deployment.state} />
      <span>${deployment.waiting_for ? `waits for ${words(deployment.waiting_for)}. ` : ''}${deployment.why ?? deployment.note ?? ''}</span>
      <div class="actions">
        ${!isOver && html`<button onClick=${() => stopDeployment(id)}>Stop</button>`}
        ${(kGoesOn.includes(deployment.waiting_for) || deployment.resumable) && html`<button class="primary" onClick=${() => continueDeployment(id)}>Let it go on</button>`}
        ${hasWorktree && html`<button onClick=${() => mergeDeployment(id, workspace.branch)}>Merge</button>`}
        ${hasWorktree && isOver && html`<button onClick=${() => discardDeployment(id)}>Discard</button>`}
      </div></div>
    <${Facts} facts=${[
      ['Agent', html`<${AgentLink} id=${deployment.agent_id} />`],
      ['Parent', deployment.parent && html`<${AgentLink} id=${deployment.parent} />`],
      [
        'Task',
        deployment.task_id &&
          html`<a href=${routeTo('tasks', [deployment.task_id])}>${deployment.task_id}</a>`,
      ],
      ['Runner', deployment.runner],
      ['Started', html`<${Time} at=${deployment.started} />`],
      ['Ended', deployment.ended && html`<${Time} at=${deployment.ended} />`],
      ['Exit code', deployment.exit_code],
      ['Process', deployment.pid && `pid ${deployment.pid}${deployment.in_tmux ? ', in tmux' : ''}`],
      ['Works in', workspace?.directory],
      ['Branch', workspace?.branch],
      ['Progress', deployment.progress !== undefined && `${deployment.progress} %`],
    ].filter(([, value]) => value !== false)} />`;
}

function Budget({ deployment: { budget, usage, deployment_id: id } }) {
  const rows = ['turns', 'tokens', 'cost_usd', 'seconds'].filter((name) => usage[name] || budget?.[name]);
  if (rows.length === 0) return null;
  return html`<${Section} title="Budget"><${Facts} facts=${rows.map((name) => [
    words(name),
    budget?.[name]
      ? html`${count(usage[name] ?? 0)} of ${count(budget[name])} <${Meter} label="${words(name)} of ${id}" value=${usage[name] ?? 0} max=${budget[name]} />`
      : count(usage[name]),
  ])} /></${Section}>`;
}
