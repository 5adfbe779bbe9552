// One task: its text, who has it, what it waits for and what waits for it.
import { html } from '../html.js';
import { words } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { kFleet } from '../net/live.js';
import { allRows, tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { AgentLink, Badge, Empty, Facts, Pending, Section } from '../parts/small.js';
import { Time } from '../parts/time.js';
import { assignTask, cancelTask, reopenTask } from '../parts/work_actions.js';

const kOver = ['done', 'failed', 'cancelled'];
/// Among so many it is looked for what waits for this one.
const kMostLookedAt = 2_000;

const useTask = (id) =>
  useSource(`task ${id}`, kFleet, async () => {
    const [found, others] = await Promise.all([
      tool('get_task', { task_id: id, history: 100 }),
      allRows('list_tasks', 'tasks', {}, kMostLookedAt),
    ]);
    return { ...found, dependents: others.rows.filter(({ depends_on }) => depends_on.includes(id)) };
  });

export function Task({ id }) {
  const source = useTask(id);
  return html`<p class="path"><a href=${routeTo('tasks')}>Tasks</a></p><h1>${source.data?.task.title ?? id}</h1>
    <${Pending} source=${source}>${({ task, history, dependents }) => html`
      <div class="standing"><${Badge} word=${task.status} /> ${task.ready && html`<${Badge} word="ready" />`} <span class="faint">${id}</span>
        <div class="actions">
          <button onClick=${source.reload}>Read again</button>
          ${
            kOver.includes(task.status)
              ? html`<button onClick=${() => reopenTask(id)}>Open again</button>`
              : html`<button onClick=${() => assignTask(id)}>Assign</button><button onClick=${() => cancelTask(id)}>Cancel</button>`
          }
        </div></div>
      <${Facts} facts=${[
        ['Priority', words(task.priority.toLowerCase())],
        ['Progress', `${task.progress} %`],
        ['For', task.agent && html`<${AgentLink} id=${task.agent} />`],
        [
          'Claimed by',
          task.claim &&
            html`${task.claim.agent_id ? html`<${AgentLink} id=${task.claim.agent_id} />` : task.claim.client}, until <${Time} at=${task.claim.expires} />`,
        ],
        ['Created', html`<${Time} at=${task.created} />`],
        ['Updated', html`<${Time} at=${task.updated} />`],
        ['Note', task.note],
      ]} />
      ${task.description && html`<${Section} title="Text"><pre class="text" tabindex="0">${task.description}</pre></${Section}>`}
      <${Section} title="Dependencies"><${Facts} facts=${[
        ['Depends on', links(task.depends_on, task.waiting_for ?? [])],
        [
          'Needed by',
          links(
            dependents.map(({ task_id: other }) => other),
            [],
          ),
        ],
      ]} /></${Section}>
      <${History} history=${history} />`}
    </${Pending}>`;
}

function History({ history }) {
  return html`<${Section} title="History" count=${history.length}>${
    history.length === 0
      ? html`<${Empty} title="Nothing has happened to it yet." />`
      : html`<ul class="timeline">${history.map(
          (event, i) => html`<li key=${i}><${Time} at=${event.timestamp} /> <span>${told(event)}</span></li>`,
        )}</ul>`
  }</${Section}>`;
}

function told({ event, status, progress, agent_id: agent, client, note }) {
  const by = agent ?? client;
  return `${words(event)}, ${words(status)} ${progress} %${by ? ` by ${by}` : ''}${note ? `: ${note}` : ''}`;
}

function links(ids, waiting) {
  if (ids.length === 0) return 'nothing';
  const open = new Map(waiting.map((one) => [one.task_id, one.status]));
  return html`<ul class="inline">${ids.map(
    (id) =>
      html`<li key=${id}><a href=${routeTo('tasks', [id])}>${id}</a>${
        open.has(id) ? html` <${Badge} word=${open.get(id)} />` : ''
      }</li>`,
  )}</ul>`;
}
