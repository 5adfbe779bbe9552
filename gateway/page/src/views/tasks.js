// The queue of work as a board.
import { useMemo } from 'preact/hooks';
import { html } from '../html.js';
import { count, words } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { kFleet } from '../net/live.js';
import { allRows, tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { replaceQuery } from '../parts/place.js';
import { AgentLink, Badge, Empty, Meter, Pending, Search } from '../parts/small.js';
import { createTask } from '../parts/work_actions.js';

const kColumns = ['pending', 'in_progress', 'blocked', 'done', 'failed', 'cancelled'];
const kOver = ['done', 'failed', 'cancelled'];
/// Of those that are over fewer are shown.
const kMostOpen = 500;
const kMostOver = 50;

/// No push tells of tasks alone; they are read again whenever anything else changes, and when the reader wants it.
const useTasks = (text) =>
  useSource(`tasks ${text}`, kFleet, async () => {
    const columns = await Promise.all(
      kColumns.map((status) =>
        allRows(
          'list_tasks',
          'tasks',
          { status, ...(text && { text }) },
          kOver.includes(status) ? kMostOver : kMostOpen,
        ),
      ),
    );
    const { counts } = await tool('list_tasks', { limit: 1 });
    return { counts, columns: kColumns.map((status, i) => ({ status, ...columns[i] })) };
  });

export function Tasks({ route }) {
  const { text = '' } = route.query;
  const source = useTasks(text);
  return html`<h1>Tasks</h1>
    <form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      <${Search} label="Id or title" value=${text} onInput=${(value) => replaceQuery(route, { text: value })} />
      <button type="button" onClick=${source.reload}>Read again</button>
      <button type="button" onClick=${createTask}>New task</button>
    </form>
    <${Pending} source=${source}>${({ counts, columns }) =>
      counts.total === 0
        ? html`<${Empty} title="No tasks yet."><code>governorctl tasks create ID TITLE</code> makes one, and agents claim it with <code>claim_task</code>.</${Empty}>`
        : html`<div class="board">${columns.map((column) => html`<${Column} key=${column.status} column=${column} total=${counts[column.status]} isFiltered=${text !== ''} />`)}</div>`}
    </${Pending}>`;
}

function Column({ column: { status, rows, more }, total, isFiltered }) {
  const ordered = useMemo(() => [...rows].sort((a, b) => rank(a) - rank(b)), [rows]);
  return html`<section class="column" aria-label=${words(status)}>
    <h2>${words(status)} <span class="count">${isFiltered ? rows.length : count(total)}</span></h2>
    <ul>${ordered.map((task) => html`<li key=${task.task_id} class="card" data-row tabindex="-1"><${Card} task=${task} /></li>`)}</ul>
    ${more && html`<p class="faint">and more: <code>governorctl tasks --status ${status}</code></p>`}
  </section>`;
}

const kPriorities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];
const rank = (task) => kPriorities.indexOf(task.priority);

function Card({ task }) {
  const { task_id: id, claim, waiting_for: waiting = [] } = task;
  return html`<a href=${routeTo('tasks', [id])}>${task.title}</a>
    <p class="faint">${id} <${Badge} word=${task.priority.toLowerCase()} tone=${rank(task) < 2 ? 'warning' : 'faint'} />
      ${task.ready && html` <${Badge} word="ready" />`}</p>
    ${(claim?.agent_id || task.agent) && html`<p>${claim ? '' : 'for '}<${AgentLink} id=${claim?.agent_id ?? task.agent} /></p>`}
    ${waiting.length > 0 && html`<p class="faint">waits for ${waiting.map(({ task_id: other }) => html`<a href=${routeTo('tasks', [other])}>${other}</a> `)}</p>`}
    ${task.status === 'in_progress' && html`<${Meter} label="Progress of ${id}" value=${task.progress} max=${100} tone="info" />`}`;
}
