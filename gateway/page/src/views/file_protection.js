// Files that nobody writes without a person's leave, and who has it now.
import { html } from '../html.js';
import { request } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { lockAgain, protect, unlockPath, unprotect } from '../parts/actions.js';
import { AgentLink, Empty, Pending, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const useProtections = () =>
  useSource('protections', ['governor://approvals', 'governor://leases', 'governor://alerts'], () =>
    request('governor/protections'),
  );

export function FileProtection() {
  return html`<${Pending} source=${useProtections()}>${({ items, unlocks }) => html`
    <${Section} title="Protected" count=${items.length}
      actions=${html`<button onClick=${() => unlockPath()}>Unlock…</button><button class="primary" onClick=${protect}>Protect…</button>`}>
      ${
        items.length === 0
          ? html`<${Empty} title="No file is protected.">Protect what no agent should change by itself, such as <code>.env</code> or the
            workflows of your CI.</${Empty}>`
          : html`<${Table} label="Protected files" columns=${['Pattern', 'Reason', 'By', 'Since', ''].map((title) => ({ title }))}
            rows=${items.map((item) => ({
              key: item.pattern,
              cells: [
                item.pattern,
                item.reason,
                item.configured ? 'the configuration' : item.by,
                html`<${Time} at=${item.since} />`,
                html`<button onClick=${() => unlockPath(item.pattern)} aria-label="Unlock ${item.pattern}">Unlock</button>
                  ${!item.configured && html`<button onClick=${() => unprotect(item.pattern)} aria-label="End the protection of ${item.pattern}">End</button>`}`,
              ],
            }))} />`
      }
    </${Section}>
    <${Section} title="Unlocked now" count=${unlocks.length}>${
      unlocks.length === 0
        ? html`<${Empty} title="Nobody may write a protected file now." />`
        : html`<${Table} label="Unlocked files" columns=${['Path', 'For', 'Reason', 'By', 'Until', ''].map((title) => ({ title }))}
          rows=${unlocks.map((unlock) => ({
            key: `${unlock.path} ${unlock.agent_id}`,
            cells: [
              unlock.path,
              unlock.agent_id ? html`<${AgentLink} id=${unlock.agent_id} />` : 'everybody',
              unlock.reason,
              unlock.by,
              html`<${Time} at=${unlock.until} />`,
              html`<button onClick=${() => lockAgain(unlock)} aria-label="Take back the leave for ${unlock.path}">Take back</button>`,
            ],
          }))} />`
    }
    </${Section}>`}</${Pending}>`;
}
