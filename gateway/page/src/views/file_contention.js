// How often somebody had to wait or was refused, over the last day; deadlocks among them.
import { html } from '../html.js';
import { binned } from '../lib/series.js';
import { tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { AgentLink, Badge, Empty, Pending, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const kHours = 24;
const kEvents = ['lease_awaited', 'lease_refused', 'lease_broken'];
const kHour = 3_600_000;

function useContention() {
  return useSource('contention', ['governor://leases'], async () => {
    const since = new Date(Date.now() - kHours * kHour).toISOString();
    const pages = await Promise.all(
      kEvents.map((event) => tool('query_audit_log', { event, since, limit: 500 })),
    );
    const entries = pages.flatMap((page) => page.entries);
    return {
      entries: entries.sort((a, b) => (b.timestamp ?? '').localeCompare(a.timestamp ?? '')),
      isCut: pages.some((page) => page.next_cursor !== undefined),
    };
  });
}

export function FileContention() {
  return html`<${Pending} source=${useContention()}>${({ entries, isCut }) =>
    entries.length === 0
      ? html`<${Empty} title="Nobody had to wait in the last 24 hours.">Waits, refusals and refused deadlocks appear here.</${Empty}>`
      : html`<${Section} title="Waits and refusals, the last 24 hours" count=${entries.length}>
          <${Bars} entries=${entries} />
          ${isCut && html`<p class="faint">There are more; these are the newest 500 of each kind.</p>`}
          <${Table} label="Waits and refusals" columns=${['When', 'What', 'Agent', 'Detail'].map((title) => ({ title }))}
            rows=${entries.slice(0, 100).map((entry) => ({
              key: entry.entry,
              cells: [
                html`<${Time} at=${entry.timestamp} />`,
                html`<${Badge} ...${kind(entry)} />`,
                html`<${AgentLink} id=${entry.agent_id ?? entry.who.agent_id} />`,
                entry.detail,
              ],
            }))} />
        </${Section}>`}</${Pending}>`;
}

function kind({ event, detail }) {
  if (/deadlock|circle/i.test(detail)) return { word: 'deadlock refused', tone: 'bad' };
  return { word: event, tone: event === 'lease_awaited' ? 'warning' : 'bad' };
}

function Bars({ entries }) {
  const until = Date.now();
  const counts = binned(
    entries.map(({ timestamp }) => Date.parse(timestamp)),
    until - kHours * kHour,
    until,
    kHours,
  );
  const most = Math.max(...counts, 1);
  return html`<svg class="bars" viewBox="0 0 ${kHours * 10} 44" preserveAspectRatio="none" role="img"
    aria-label="Per hour, the oldest first: ${counts.join(', ')}">
    ${counts.map(
      (
        count,
        i,
      ) => html`<rect key=${i} x=${i * 10 + 1} width="8" height=${(count / most) * 40} y=${42 - (count / most) * 40}>
      <title>${count} in the hour that ended ${kHours - 1 - i} h ago</title></rect>`,
    )}
    <line x1="0" x2=${kHours * 10} y1="43" y2="43" /></svg>`;
}
