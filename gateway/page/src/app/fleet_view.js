// What needs a person, in the chat of a client: the first view of the dashboard without what needs the dashboard around it.
import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { counted, relativeTime } from '../lib/format.js';
import { shortened } from '../lib/needs.js';

const kMostOfAKind = 4;

export function FleetView({ state, refresh, discuss }) {
  const { overview, needs, error, isBusy } = state;
  return html`<header>
      <h1>What needs you</h1>
      ${refresh && html`<button onClick=${refresh} disabled=${isBusy}>${isBusy ? 'Reading…' : 'Read again'}</button>`}
    </header>
    ${error && html`<p class="notice" role="alert">${error}</p>`}
    ${overview ? html`<${Glance} overview=${overview} /><${Needs} needs=${needs} discuss=${discuss} />` : html`<p role="status">Reading…</p>`}`;
}

function Glance({ overview }) {
  const { status, time, sessions, leases, waits, deployment_counts: deployments, tasks } = overview;
  const told = [
    counted(sessions, 'session'),
    `${counted(leases.length, 'lease')} with ${waits.length} waiting`,
    `${counted(deployments.not_over, 'deployment')} at work`,
    `${counted(tasks.ready, 'task')} ready`,
  ];
  return html`<p class="glance" role="status">governor is <b class=${status}>${status}</b>: ${told.join(', ')}. <span class="faint">As of ${relativeTime(time)}.</span></p>`;
}

function Needs({ needs, discuss }) {
  const [opened, setOpened] = useState(new Set());
  if (needs.length === 0) return html`<p class="empty">Nothing needs you.</p>`;
  return html`<ol aria-label="What needs you, the most urgent first">${shortened(
    needs,
    kMostOfAKind,
    opened,
  ).map((need) =>
    need.more
      ? html`<li key=${need.key} class="more"><button onClick=${() => setOpened(new Set([...opened, need.group]))}>${need.more} more like these</button></li>`
      : html`<${Need} key=${need.key} need=${need} discuss=${discuss} />`,
  )}</ol>`;
}

function Need({ need, discuss }) {
  return html`<li class=${need.urgency}>
    <div><p><span class="kind">${need.kind}</span> <b>${need.title}</b></p>
      ${need.detail && html`<p>${need.detail}</p>`}
      ${need.note && html`<p class="faint">${need.note}</p>`}
      <p class="faint">${[need.agent, need.since && relativeTime(need.since)].filter(Boolean).join(', ')}</p></div>
    ${discuss && html`<button onClick=${() => discuss(need)} aria-label="Ask about: ${need.title}">Ask about it</button>`}
  </li>`;
}
