// The versions of one file, the difference that each made, and the way back.
import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { bytes } from '../lib/format.js';
import { hunks, lineDiff } from '../lib/line_diff.js';
import { request, tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { restoreFile } from '../parts/actions.js';
import { AgentLink, Badge, Empty, Facts, Pending, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const kKinds = { unasked: 'bad', reported: 'warning', committed: 'good', restored: 'good' };

export function FileChange({ path }) {
  const source = useSource(`versions ${path}`, ['governor://alerts', 'governor://leases'], () =>
    tool('list_backups', { path, limit: 50 }),
  );
  return html`<h2 class="file">${path}</h2>
    <${Pending} source=${source}>${(found) => html`<${Versions} path=${path} current=${found.current} versions=${found.backups} />`}</${Pending}>`;
}

function Versions({ path, current, versions }) {
  const [chosen, setChosen] = useState(null);
  if (versions.length === 0)
    return html`<${Empty} title="governor keeps no version of this file.">Versions are kept of what is leased, protected or watched.</${Empty}>`;
  const at = Math.max(
    0,
    versions.findIndex(({ backup }) => backup === chosen),
  );
  return html`<${Facts} facts=${[['Now', current.exists ? `${current.lines} lines, ${bytes(current.bytes)}` : 'there is no such file']]} />
    <${Difference} key=${versions[at].backup} path=${path} version=${versions[at]} before=${versions[at + 1]} />
    <${Section} title="Versions" count=${versions.length}><${Table} label="Versions" columns=${['Version', 'When', 'Kind', 'By', 'Size', ''].map((title) => ({ title }))}
      rows=${versions.map((version, i) => ({
        key: version.backup,
        cells: [
          html`<button class="link" onClick=${() => setChosen(version.backup)} aria-pressed=${i === at}>${version.backup}</button>`,
          html`<${Time} at=${version.time} />`,
          html`<${Badge} word=${version.kind} tone=${kKinds[version.kind]} />${version.note && html`<small>${version.note}</small>`}`,
          version.agent_id ? html`<${AgentLink} id=${version.agent_id} />` : (version.client ?? 'not known'),
          version.exists ? `${version.lines} lines, ${bytes(version.bytes)}` : 'removed',
          version.restorable &&
            version.sha256 !== current.sha256 &&
            html`<button onClick=${() => restoreFile(path, version)} aria-label="Restore version ${version.backup}">Restore</button>`,
        ],
      }))} /></${Section}>`;
}

async function contentOf(path, version) {
  if (!version?.exists) return '';
  const { base64, next_offset: more } = await request('governor/backup', { path, backup: version.backup });
  if (more !== undefined)
    throw new Error('The file is larger than can be compared here. Use: governorctl backups diff');
  const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(content);
}

function Difference({ path, version, before }) {
  const source = useSource(`difference ${path} ${version.backup}`, [], async () => {
    const [older, newer] = await Promise.all([contentOf(path, before), contentOf(path, version)]);
    return lineDiff(older, newer);
  });
  const title = before ? `What version ${version.backup} changed` : `What version ${version.backup} held`;
  return html`<${Section} title=${title} actions=${before?.restorable && html`<button class="primary" onClick=${() => restoreFile(path, before)}>Restore what was before</button>`}>
    <${Pending} source=${source}>${(entries) => html`<${Lines} entries=${entries} />`}</${Pending}></${Section}>`;
}

const kSigns = { same: ' ', gone: '−', came: '+' };
const kSaid = { same: '', gone: 'removed: ', came: 'added: ' };

function Lines({ entries }) {
  const shown = hunks(entries);
  if (shown.every((entry) => entry === null)) return html`<${Empty} title="The content is the same." />`;
  return html`<div class="scroll diff" tabindex="0" role="region" aria-label="Difference"><table><tbody>${shown.map(
    (entry, i) =>
      entry === null
        ? html`<tr key=${i} class="gap"><td></td><td></td><td>…</td></tr>`
        : html`<tr key=${i} class=${entry.kind}><td>${entry.before}</td><td>${entry.after}</td>
          <td><span aria-hidden="true">${kSigns[entry.kind]}</span><span class="said">${kSaid[entry.kind]}</span>${entry.text}</td></tr>`,
  )}</tbody></table></div>`;
}
