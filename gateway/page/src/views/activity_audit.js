import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { words } from '../lib/format.js';
import { tool } from '../net/rpc.js';
import { kFleet } from '../net/live.js';
import { useSource } from '../net/source.js';
import { replaceQuery } from '../parts/place.js';
import { AgentLink, Badge, Empty, Pending, Select, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const kEvents = [
  '',
  'update',
  'refused',
  'approval_granted',
  'approval_denied',
  'lease_granted',
  'lease_awaited',
  'lease_refused',
  'lease_broken',
  'lease_expired',
  'file_committed',
  'file_restored',
  'file_changed',
  'files_unlocked',
  'protected_write_refused',
  'guard_refused',
  'risky_action',
  'loop_detected',
  'agent_registered',
  'agent_paused',
  'agent_resumed',
  'alert_acknowledged',
  'thresholds_changed',
  'task_claimed',
  'task_updated',
];
const kColumns = ['When', 'Event', 'Agent', 'Who', 'Detail'].map((title) => ({ title }));
const kPage = 200;

export function ActivityAudit({ route, search }) {
  const { agent = '', event = '' } = route.query;
  return html`<${Audit} key=${`${agent} ${event}`} agent=${agent} event=${event} search=${search}
    setEvent=${(value) => replaceQuery(route, { event: value })} />`;
}

function Audit({ agent, event, search, setEvent }) {
  const filter = { limit: kPage, ...(agent && { agent_id: agent }), ...(event && { event }) };
  const source = useSource(`audit ${agent} ${event}`, kFleet, () => tool('query_audit_log', filter));
  const [older, setOlder] = useState(null);
  const cursor = older ? older.cursor : source.data?.next_cursor;
  const more = async () => {
    const page = await tool('query_audit_log', { ...filter, cursor });
    setOlder({ entries: [...(older?.entries ?? []), ...page.entries], cursor: page.next_cursor });
  };
  return html`<form class="filters" role="search" onSubmit=${(submitted) => submitted.preventDefault()}>
      ${search}
      <${Select} label="Event" value=${event} options=${kEvents.map((name) => [name, name ? words(name) : 'any'])} onChange=${setEvent} />
      <button type="button" onClick=${source.reload}>Read again</button>
    </form>
    <${Pending} source=${source}>${({ entries }) => {
      const known = new Set(entries.map((entry) => entry.entry));
      const shown = [...entries, ...(older?.entries ?? []).filter((entry) => !known.has(entry.entry))];
      return shown.length === 0
        ? html`<${Empty} title="Nothing is like that.">Empty the filters to see all of the audit log.</${Empty}>`
        : html`<${Table} label="Audit log, newest first" columns=${kColumns} rows=${shown.map((entry) => ({ key: entry.entry, cells: cellsOf(entry) }))} />
            ${cursor && html`<p><button onClick=${more}>Older</button></p>`}`;
    }}</${Pending}>`;
}

const kTones = /refused|denied|broken|risky|loop_detected|changed$/;

function cellsOf({ timestamp, event, agent_id: agent, who, detail }) {
  return [
    html`<${Time} at=${timestamp} />`,
    html`<${Badge} word=${event} tone=${kTones.test(event) ? 'warning' : 'faint'} />`,
    html`<${AgentLink} id=${agent} />`,
    `${who.kind}: ${who.agent_id ?? who.client}`,
    detail,
  ];
}
