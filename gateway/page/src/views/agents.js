// Who works, how well, and why governor thinks so. Ten thousand scroll.
import { useCallback, useMemo, useState } from 'preact/hooks';
import { html } from '../html.js';
import { count, decimal } from '../lib/format.js';
import { filterAgents, kAgentOrders, sortAgents } from '../lib/order.js';
import { routeTo } from '../lib/route.js';
import { useAgents } from '../net/agents.js';
import { useRowDetails } from '../net/row_details.js';
import { setThresholdsOfAll } from '../parts/agent_actions.js';
import { replaceQuery } from '../parts/place.js';
import { Badge, Empty, Pending, Search, Select, Spark } from '../parts/small.js';
import { Time } from '../parts/time.js';
import { VirtualList } from '../parts/virtual_list.js';

const kColumns = [
  { title: 'Agent', name: 'agent' },
  { title: 'Health', name: 'health' },
  { title: 'Decision', name: 'decision' },
  { title: 'Risk', name: 'figure' },
  { title: 'Fails', name: 'figure' },
  { title: 'Reason', name: 'reason' },
  { title: 'Updates', name: 'number' },
  { title: 'Last update', name: 'when' },
];

const kHealths = ['', 'critical', 'degraded', 'healthy', 'unknown'].map((name) => [name, name || 'any']);
const kStatuses = ['', 'active', 'paused', 'archived'].map((name) => [name, name || 'any']);

export function Agents({ route }) {
  const source = useAgents();
  const filter = { text: '', health: '', status: '', order: 'urgency', ...route.query };
  const change = (part) => replaceQuery(route, part);
  return html`<h1>Agents</h1>
    <form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      <${Search} label="Filter" value=${filter.text} onInput=${(value) => change({ text: value })} />
      <${Select} label="Health" value=${filter.health} options=${kHealths} onChange=${(value) => change({ health: value })} />
      <${Select} label="Status" value=${filter.status} options=${kStatuses} onChange=${(value) => change({ status: value })} />
      <${Select} label="Order" value=${filter.order} options=${kAgentOrders.map((name) => [name, name])}
        onChange=${(value) => change({ order: value })} />
      <button type="button" onClick=${() => setThresholdsOfAll()}>Thresholds</button>
    </form>
    <${Pending} source=${source}>${(agents) => html`<${List} agents=${agents} filter=${filter} isPartial=${source.isPartial} />`}</${Pending}>`;
}

function List({ agents, filter, isPartial }) {
  const shown = useMemo(
    () => sortAgents(filterAgents(agents, filter), filter.order),
    [agents, ...Object.values(filter)],
  );
  const [sight, setSight] = useState([]);
  const updates = useMemo(() => new Map(agents.map((agent) => [agent.agent_id, agent.updates])), [agents]);
  const details = useRowDetails(sight, updates);
  const open = useCallback((agent) => (location.hash = routeTo('agents', [agent.agent_id])), []);
  if (agents.length === 0 && !isPartial) {
    return html`<${Empty} title="No agents yet.">An agent appears with its first call: put governor into your client with
      <code>governorctl install</code>.</${Empty}>`;
  }
  return html`<p class="faint" role="status">${count(shown.length)} of ${count(agents.length)}${isPartial ? ', and more are being read' : ''}</p>
    ${
      shown.length === 0
        ? html`<${Empty} title="No agent is like that.">Empty the filter to see all.</${Empty}>`
        : html`<${VirtualList} label="Agents" columns=${kColumns} rows=${shown} keyOf=${(agent) => agent.agent_id} open=${open}
          onSight=${setSight} cells=${(agent) => cellsOf(agent, details.get(agent.agent_id))} />`
    }`;
}

function cellsOf(agent, detail) {
  const { agent_id: id, metrics, purpose, owner } = agent;
  const failure = detail?.failure;
  return [
    html`<a href=${routeTo('agents', [id])}>${id}</a><small>${purpose ?? owner?.client ?? ''}</small>`,
    html`<${Badge} word=${agent.status === 'active' ? agent.health : agent.status} />`,
    html`<${Badge} word=${agent.decision} />`,
    html`<span>${decimal(metrics?.risk_score)}</span><${Spark} label="Risk of ${id}" values=${detail?.risks} tone="risk" />`,
    html`<span>${decimal(failure)}</span><${Spark} label="Probability that ${id} fails" values=${detail?.failures} tone="failure" />`,
    html`<span title=${detail?.reason}>${detail?.reason ?? ''}</span>`,
    count(agent.updates),
    html`<${Time} at=${agent.last_update} />`,
  ];
}
