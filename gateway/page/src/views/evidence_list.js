// What agents did, newest first, as a timeline.
import { html } from '../html.js';
import { evidenceText, evidenceTone } from '../lib/evidence_text.js';
import { AgentLink, Badge, Empty } from '../parts/small.js';
import { Time } from '../parts/time.js';

export function EvidenceList({ entries, withAgent = false, empty }) {
  if (entries.length === 0) return html`<${Empty} title="Nothing yet.">${empty}</${Empty}>`;
  return html`<ul class="timeline" aria-label="Newest first">${entries.map(
    (entry) => html`<li key=${entry.key} data-row tabindex="-1" class=${evidenceTone(entry)}>
    <${Time} at=${entry.timestamp} />
    ${withAgent && html`<span class="who"><${AgentLink} id=${entry.agent_id} /></span>`}
    <span>${evidenceText(entry)}</span>
    <${Badge} word=${entry.provenance} tone="faint" />
  </li>`,
  )}</ul>`;
}
