// Headless agents as a tree, those that need a person marked.
import { html } from '../html.js';
import { counted } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { treeRows } from '../lib/tree.js';
import { allRows, tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { replaceQuery } from '../parts/place.js';
import { AgentLink, Badge, Empty, Meter, Pending, Select, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const kMost = 500;
const kColumns = ['Deployment', 'State', 'Since', 'Task', 'Progress', 'Budget', 'Why'].map((title) => ({
  title,
}));

const useDeployments = (live) =>
  useSource(`deployments ${live}`, ['governor://deployments'], async () => {
    const { rows, more } = await allRows('list_deployments', 'deployments', { live }, kMost);
    const { counts, limits } = await tool('list_deployments', { limit: 1 });
    return { rows, more, counts, limits };
  });

export function Deployments({ route }) {
  const { show = 'all' } = route.query;
  const source = useDeployments(show === 'live');
  return html`<h1>Deployments</h1>
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      <${Select} label="Show" value=${show} options=${[
        ['all', 'all'],
        ['live', 'those at work'],
      ]} onChange=${(value) => replaceQuery(route, { show: value })} />
    </form>
    <${Pending} source=${source}>${({ rows, more, counts, limits }) =>
      rows.length === 0
        ? html`<${Empty} title=${show === 'live' ? 'No deployment is at work.' : 'Nothing was deployed yet.'}><code>governorctl deploy TYPE PROMPT</code> starts a headless agent.</${Empty}>`
        : html`<p class="faint">${counts.not_over} of at most ${limits.at_once} at work</p>
            <${Table} label="Deployments" columns=${kColumns}
              rows=${treeRows(
                rows,
                (one) => one.deployment_id,
                (one) => one.parent,
              ).map(({ item, depth }) => ({
                key: item.deployment_id,
                tone: item.needs_person ? 'warning' : '',
                cells: cellsOf(item, depth),
              }))} />
            ${more && html`<p class="faint">These are the first ${kMost}. <code>governorctl deployments</code> shows all.</p>`}`}
    </${Pending}>`;
}

function cellsOf(one, depth) {
  return [
    html`<span class="tree" style=${{ paddingInlineStart: `${depth * 1.25}rem` }}>${depth > 0 && html`<span aria-hidden="true">└ </span>`}
      <a href=${routeTo('deployments', [one.deployment_id])}>${one.deployment_id}</a></span>
      <small>${one.agent_type}, ${one.runner}${one.parent && depth === 0 ? html`, of <${AgentLink} id=${one.parent} />` : ''}</small>`,
    html`<${Badge} word=${one.state} />${one.waiting_for && html`<small>for ${one.waiting_for}</small>`}`,
    html`<${Time} at=${one.since} />`,
    one.task_id && html`<a href=${routeTo('tasks', [one.task_id])}>${one.task_id}</a>`,
    one.progress !== undefined &&
      html`<${Meter} label="Progress of ${one.deployment_id}" value=${one.progress} max=${100} tone="info" />`,
    html`<${Budget} deployment=${one} />`,
    one.why ?? one.note ?? '',
  ];
}

/// The figure of which most is used up.
function Budget({ deployment: { budget, usage, deployment_id: id } }) {
  const used = Object.entries(budget ?? {}).filter(([name]) => usage[name] !== undefined);
  if (used.length === 0) return html`<span class="faint">${usage.turns > 0 ? counted(usage.turns, 'turn') : '–'}</span>`;
  const [name, most] = used.sort(([a, x], [b, y]) => usage[b] / y - usage[a] / x)[0];
  return html`<${Meter} label="Budget of ${id}, ${name}" value=${usage[name]} max=${most} /><small>${usage[name]} of ${most} ${name}</small>`;
}
