// One agent: figures over time, what it did, what it holds, where it comes from.
import { html } from '../html.js';
import { firstOf, words } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { allRows, tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { breakLease, pauseAgent, resumeAgent } from '../parts/actions.js';
import { archiveAgent, describeAgent, recordOutcome, setThresholds } from '../parts/agent_actions.js';
import { AgentLink, Badge, Empty, Facts, Pending, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';
import { AgentFigures, AgentHistory } from './agent_figures.js';
import { EvidenceList } from './evidence_list.js';

const kOver = ['done', 'failed', 'cancelled'];

function useAgent(id) {
  const uri = `governor://agents/${id}`;
  return useSource(uri, [uri, `${uri}/history`, 'governor://leases', 'governor://thresholds'], async () => {
    const of = { agent_id: id };
    const [metrics, metadata, history, thresholds, evidence, leases, tasks] = await Promise.all([
      tool('get_governance_metrics', { ...of, detail: 'full' }),
      tool('get_agent_metadata', of),
      tool('get_system_history', { ...of, limit: 500 }),
      tool('get_thresholds', of),
      tool('get_evidence', { ...of, limit: 200 }),
      allRows('list_leases', 'leases', of, 500),
      allRows('list_tasks', 'tasks', { agent: id }, 500),
    ]);
    return {
      metrics,
      metadata,
      history,
      thresholds,
      evidence: evidence.evidence,
      leases: leases.rows,
      tasks: tasks.rows,
    };
  });
}

export function Agent({ id }) {
  const source = useAgent(id);
  return html`<p class="path"><a href=${routeTo('agents')}>Agents</a></p><h1>${id}</h1>
    <${Pending} source=${source}>${(agent) => html`
      <${Standing} id=${id} agent=${agent} />
      <${Decision} id=${id} metrics=${agent.metrics} prediction=${agent.history.rows[0]?.prediction_id} />
      <${AgentFigures} id=${id} agent=${agent} />
      <${Section} title="What it did" count=${agent.evidence.length}>
        <${EvidenceList} entries=${agent.evidence} empty="Nothing was seen of it yet. Its client needs governor's hooks: governorctl install guards" />
      </${Section}>
      <${Leases} leases=${agent.leases} /><${Tasks} tasks=${agent.tasks} />
      <${Lineage} metadata=${agent.metadata} />
      <${AgentHistory} history=${agent.history} />`}
    </${Pending}>`;
}

function Standing({ id, agent: { metadata, metrics, thresholds } }) {
  const { status, owner } = metadata;
  const isActive = status === 'active';
  return html`<div class="standing">
    <${Badge} word=${metrics.health.status} /> ${!isActive && html`<${Badge} word=${status} />`}
    <span>${metrics.health.message}</span>
    <div class="actions">
      ${
        isActive
          ? html`<button onClick=${() => pauseAgent(id)}>Pause</button>`
          : ['paused', 'archived'].includes(status) &&
            html`<button class="primary" onClick=${() => resumeAgent(id)}>Resume</button>`
      }
      <button onClick=${() => describeAgent(id, metadata)}>Describe</button>
      <button onClick=${() => setThresholds(id, thresholds.thresholds)}>Thresholds</button>
      ${status !== 'archived' && html`<button onClick=${() => archiveAgent(id)}>Archive</button>`}
      <a class="button" href=${routeTo('activity', [], { agent: id })}>Activity</a>
    </div></div>
    <${Facts} facts=${[
      ['Purpose', metadata.purpose],
      ['Belongs to', owner ? `${owner.client}, pid ${owner.pid}` : 'no session at present'],
      ['Tags', (metadata.tags ?? []).join(', ')],
      ['Trend', words(metadata.trend)],
      ['Updates', metadata.updates_in_all],
      ['Last update', html`<${Time} at=${metadata.last_update} />`],
      ['Created', html`<${Time} at=${metadata.created} />`],
      ['Notes', metadata.notes],
    ]} />`;
}

function Decision({ id, metrics: { decision, evidence }, prediction }) {
  if (!decision)
    return html`<${Empty} title="It was not judged yet.">Its first update, or the end of its first turn, is the first decision.</${Empty}>`;
  const outcome =
    prediction && html`<button onClick=${() => recordOutcome(id, prediction)}>How it turned out</button>`;
  return html`<${Section} title="Last decision" actions=${outcome}>
    <p><${Badge} word=${decision.action} /> ${decision.reason}</p>
    ${decision.require_human && html`<p class="notice bad">A person is asked to look. ${(decision.human_reasons ?? []).join(' ')}</p>`}
    ${
      evidence &&
      html`<p>The probability that this fails is <b>${evidence.failure_probability.toFixed(2)}</b>${
        evidence.provisional ? ', provisionally, as its first turns are' : ''
      }.</p>
      <ol class="reasons" aria-label="Reasons, the strongest first">${evidence.reasons.map(
        ({ weight, text }) =>
          html`<li key=${text}><span class="weight">${weight.toFixed(2)}</span> ${text}</li>`,
      )}</ol>`
    }
  </${Section}>`;
}

function Leases({ leases }) {
  return html`<${Section} title="Leases" count=${leases.length}>${
    leases.length === 0
      ? html`<${Empty} title="It holds no files." />`
      : html`<${Table} label="Leases" columns=${[{ title: 'Lease' }, { title: 'Mode' }, { title: 'Paths' }, { title: 'Until' }, { title: '' }]}
        rows=${leases.map((lease) => ({
          key: lease.lease,
          cells: [
            lease.lease,
            lease.mode,
            firstOf(lease.paths, 3),
            html`<${Time} at=${lease.until} />`,
            html`<button onClick=${() => breakLease(lease)}>Break</button>`,
          ],
        }))} />`
  }</${Section}>`;
}

function Tasks({ tasks }) {
  const open = tasks.filter(({ status }) => !kOver.includes(status));
  return html`<${Section} title="Tasks" count=${open.length}>${
    open.length === 0
      ? html`<${Empty} title="It has no task." />`
      : html`<${Table} label="Tasks" columns=${[{ title: 'Task' }, { title: 'Status' }, { title: 'Progress' }, { title: 'Title' }]}
        rows=${open.map((task) => ({
          key: task.task_id,
          cells: [
            html`<a href=${routeTo('tasks', [task.task_id])}>${task.task_id}</a>`,
            html`<${Badge} word=${task.status} />`,
            `${task.progress} %`,
            task.title,
          ],
        }))} />`
  }</${Section}>`;
}

function Lineage({ metadata }) {
  const { parent_agent_id: parent, children, lifecycle_events: events } = metadata;
  return html`<${Section} title="Where it comes from">
    <${Facts} facts=${[
      ['Parent', parent && html`<${AgentLink} id=${parent} />`],
      [
        'Children',
        children.length > 0 &&
          html`<ul class="inline">${children.map((id) => html`<li key=${id}><${AgentLink} id=${id} /></li>`)}</ul>`,
      ],
    ].filter(([, value]) => value)} />
    <ul class="timeline" aria-label="Its life">${[...events].reverse().map(
      (event, i) => html`<li key=${i}>
      <${Time} at=${event.timestamp} /> <span>${words(event.event)}${event.by ? ` by ${event.by}` : ''}${event.reason ? `: ${event.reason}` : ''}</span></li>`,
    )}</ul>
  </${Section}>`;
}
