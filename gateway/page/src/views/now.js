// What needs a person first, each with the one action that helps.
import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { count, counted } from '../lib/format.js';
import { shortened } from '../lib/needs.js';
import { routeTo } from '../lib/route.js';
import { kMostCritical, useApprovals, useCriticalAgents, useOverview } from '../net/fleet.js';
import { NeedAction } from '../parts/actions.js';
import { AgentLink, Badge, Empty, Pending } from '../parts/small.js';
import { Time } from '../parts/time.js';

/// Of one kind so many are shown at first.
const kMostOfAKind = 6;

export function Now({ needs }) {
  const overview = useOverview();
  const approvals = useApprovals();
  const critical = useCriticalAgents();
  const broken = [overview, approvals, critical].find(({ error, data }) => error && !data);
  return html`<h1>What needs you</h1>
    <${Pending} source=${broken ?? { ...overview, data: needs && overview.data }}>${(data) => html`
      <${Summary} overview=${data} critical=${critical.data ?? []} />
      ${
        needs.length === 0
          ? html`<${Empty} title="Nothing needs you.">Requests, alerts and agents in trouble appear here by themselves.
            To see who works, go to <a href=${routeTo('agents')}>Agents</a>.</${Empty}>`
          : html`<${Needs} needs=${needs} />`
      }
      ${
        (data.more_alerts || data.more_leases || data.more_deployments) &&
        html`<p class="faint">There is more than is shown here; it comes up when these are done.</p>`
      }`}
    </${Pending}>`;
}

function Needs({ needs }) {
  const [opened, setOpened] = useState(new Set());
  return html`<ol class="needs" aria-label="What needs you, the most urgent first">${shortened(
    needs,
    kMostOfAKind,
    opened,
  ).map((need) =>
    need.more
      ? html`<li key=${need.key}><button class="quiet" onClick=${() => setOpened(new Set([...opened, need.group]))}>
          Show ${count(need.more)} more like these</button></li>`
      : html`<${Need} key=${need.key} need=${need} />`,
  )}</ol>`;
}

function Need({ need }) {
  const about = need.href ? html`<a href=${need.href}>${need.title}</a>` : need.title;
  return html`<li class="need ${need.urgency}" data-row tabindex="-1">
    <div class="need-text">
      <p class="need-title"><${Badge} word=${need.kind} tone=${need.urgency === 'high' ? 'bad' : 'warning'} /> ${about}</p>
      ${need.detail && html`<p>${need.detail}</p>`}
      ${need.note && html`<p class="faint">${need.note}</p>`}
      <p class="faint">${need.agent && html`<${AgentLink} id=${need.agent} />, `}<${Time} at=${need.since} />${
        need.until && html`, until <${Time} at=${need.until} />`
      }</p>
    </div>
    <div class="actions"><${NeedAction} action=${need.action} /></div>
  </li>`;
}

function Summary({ overview, critical }) {
  const { status, sessions, leases, waits, deployment_counts: deployments, tasks } = overview;
  const tiles = [
    ['governor', html`<${Badge} word=${status} />`, routeTo('system')],
    ['connected', counted(sessions, 'session'), routeTo('system')],
    ['agents', `${count(critical.length)}${critical.length >= kMostCritical ? ' or more' : ''} critical`, routeTo('agents', [], { health: 'critical' })],
    ['leased', `${counted(leases.length, 'lease')}, ${waits.length} waiting`, routeTo('files')],
    ['deployed', `${deployments?.not_over ?? 0} at work`, routeTo('deployments')],
    ['tasks', `${tasks.ready} ready, ${tasks.in_progress} claimed`, routeTo('tasks')],
  ];
  return html`<ul class="tiles" aria-label="At a glance">${tiles.map(
    ([name, value, href]) =>
      html`<li key=${name}><a href=${href}><span class="faint">${name}</span><b>${value}</b></a></li>`,
  )}</ul>`;
}
