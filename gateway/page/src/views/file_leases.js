// Open leases and the queue, and who waits for whom as a graph.
import { html } from '../html.js';
import { firstOf, holderName } from '../lib/format.js';
import { useOverview } from '../net/fleet.js';
import { breakLease } from '../parts/actions.js';
import { AgentLink, Badge, Empty, Pending, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';
import { WaitGraph } from './wait_graph.js';

const kColumns = ['Lease', 'Holder', 'Mode', 'Paths', 'Since', 'Until', 'Waited for by', ''].map((title) => ({
  title,
}));

export function FileLeases() {
  const source = useOverview();
  return html`<${Pending} source=${source}>${({ leases, waits, more_leases: more }) => html`
    ${waits.length > 0 && html`<${Section} title="Who waits for whom" count=${waits.length}><${WaitGraph} leases=${leases} waits=${waits} /></${Section}>`}
    <${Section} title="Open leases" count=${leases.length}>
      ${
        leases.length === 0
          ? html`<${Empty} title="No file is leased.">Agents ask for files with the tool <code>request_write</code>, or by the hooks of
            <code>governorctl install guards</code>.</${Empty}>`
          : html`<${Table} label="Open leases" columns=${kColumns} rows=${[...leases].reverse().map((lease) => leaseRow(lease, waits))} />`
      }
      ${more && html`<p class="faint">These are the oldest 500. <code>governorctl leases</code> shows all.</p>`}
    </${Section}>
    ${waits.length > 0 && html`<${Queue} waits=${waits} />`}`}</${Pending}>`;
}

function who(holder) {
  return holder.agent_id && !holder.subagent
    ? html`<${AgentLink} id=${holder.agent_id} />`
    : holderName(holder);
}

function leaseRow(lease, waits) {
  const waiting = waits.filter(({ behind }) => behind.includes(lease.lease));
  return {
    key: lease.lease,
    tone: waiting.length > 0 ? 'warning' : '',
    cells: [
      lease.lease,
      html`${who(lease)}<small>${lease.client}, pid ${lease.pid}</small>`,
      lease.mode,
      html`<span title=${lease.paths.join('\n')}>${firstOf(lease.paths)}</span>${lease.reason && html`<small>${lease.reason}</small>`}`,
      html`<${Time} at=${lease.since} />`,
      html`<${Time} at=${lease.until} /> ${lease.session_ended && html`<${Badge} word="session is gone" tone="bad" />`}`,
      firstOf(waiting.map(({ waiter }) => holderName(waiter))),
      html`<button aria-label="Break lease ${lease.lease}" onClick=${() => breakLease(lease)}>Break</button>`,
    ],
  };
}

function Queue({ waits }) {
  const columns = ['Who', 'Wants', 'Mode', 'Since', 'Behind leases'].map((title) => ({ title }));
  return html`<${Section} title="Queue" count=${waits.length}><${Table} label="Queue" columns=${columns}
    rows=${waits.map(({ waiter, behind }, i) => ({
      key: i,
      cells: [
        who(waiter),
        firstOf(waiter.paths),
        waiter.mode,
        html`<${Time} at=${waiter.since} />`,
        behind.join(', ') || 'others in the queue',
      ],
    }))} /></${Section}>`;
}
