// Changes that nobody was granted: each is an alert with the file that it is about.
import { html } from '../html.js';
import { changedPath } from '../lib/needs.js';
import { routeTo } from '../lib/route.js';
import { allRows } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { acknowledge } from '../parts/actions.js';
import { Badge, Empty, Pending, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const kMostAlerts = 2_000;

const useChanges = () =>
  useSource('changes', ['governor://alerts'], async () => {
    const all = { include_acknowledged: true, include_resolved: true };
    const { rows } = await allRows('list_alerts', 'alerts', all, kMostAlerts);
    return rows.filter(({ kind }) => kind === 'file_changed');
  });

function standing(alert) {
  if (alert.acknowledged) return 'acknowledged';
  return alert.resolved ? 'resolved' : 'open';
}

export function FileChanges() {
  return html`<${Pending} source=${useChanges()}>${(
    alerts,
  ) => html`<${Section} title="Changes without a lease" count=${alerts.length}>
    ${
      alerts.length === 0
        ? html`<${Empty} title="No file changed without a lease.">Leased and protected files are watched, and so are directories that you name:
          <code>governorctl watch DIR</code></${Empty}>`
        : html`<${Table} label="Changes without a lease" columns=${['When', 'Standing', 'What', ''].map((title) => ({ title }))}
          rows=${alerts.map((alert) => ({
            key: alert.alert_id,
            cells: [
              html`<${Time} at=${alert.raised} />`,
              html`<${Badge} word=${standing(alert)} />`,
              what(alert),
              standing(alert) === 'open' &&
                html`<button onClick=${() => acknowledge(alert)} aria-label="Acknowledge alert ${alert.alert_id}">Acknowledge</button>`,
            ],
          }))} />`
    }
  </${Section}>`}</${Pending}>`;
}

function what(alert) {
  const path = changedPath(alert);
  return html`${path && html`<a href=${routeTo('files', ['change'], { path })}>${path}</a>`}<small>${alert.message}</small>`;
}
