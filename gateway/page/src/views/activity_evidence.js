import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { words } from '../lib/format.js';
import { tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { replaceQuery } from '../parts/place.js';
import { Pending, Select } from '../parts/small.js';
import { EvidenceList } from './evidence_list.js';

const kKinds = [
  '',
  'tool_used',
  'file_changed',
  'tests_run',
  'refused',
  'risky_action',
  'reverted',
  'repeated',
  'judged',
  'stated',
  'turn_began',
  'turn_ended',
  'prose_said',
];
const kPage = 200;
const kMostKept = 5_000;
/// What a change of the fleet may go with.
const kTold = ['governor://agents', 'governor://alerts', 'governor://leases', 'governor://deployments'];

function newest(agent) {
  const whose = agent ? { agent_id: agent } : { everybody: true };
  return async (known) => {
    if (!known) {
      const { evidence, next_before: before } = await tool('get_evidence', { ...whose, limit: kPage });
      return { entries: evidence, before };
    }
    // Only what came since is asked for.
    let { entries } = known;
    let came;
    do {
      came = (await tool('get_evidence', { ...whose, limit: 500, after: entries[0]?.key ?? 0 })).evidence;
      entries = [...came.sort((a, b) => b.key - a.key), ...entries];
    } while (came.length === 500);
    return { ...known, entries: entries.slice(0, kMostKept) };
  };
}

export function ActivityEvidence({ route, search }) {
  const { agent = '', kind = '' } = route.query;
  return html`<${Evidence} key=${agent} agent=${agent} kind=${kind} search=${search}
    setKind=${(value) => replaceQuery(route, { kind: value })} />`;
}

function Evidence({ agent, kind, search, setKind }) {
  const source = useSource(`evidence ${agent}`, kTold, newest(agent));
  const [older, setOlder] = useState({ entries: [], before: null });
  const [held, setHeld] = useState(null);
  const data = held ?? source.data;
  const before = older.before ?? data?.before;
  const more = async () => {
    const whose = agent ? { agent_id: agent } : { everybody: true };
    const page = await tool('get_evidence', { ...whose, limit: kPage, before });
    setOlder({ entries: [...older.entries, ...page.evidence], before: page.next_before ?? 0 });
  };
  return html`<form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      ${search}
      <${Select} label="Kind" value=${kind} options=${kKinds.map((name) => [name, name ? words(name) : 'any'])} onChange=${setKind} />
      <label class="field check"><input type="checkbox" checked=${held === null}
        onChange=${(event) => setHeld(event.currentTarget.checked ? null : source.data)} /> Follow</label>
      <button type="button" onClick=${source.reload}>Read again</button>
    </form>
    <${Pending} source=${{ ...source, data }}>${({ entries }) => {
      const shown = [...entries, ...older.entries].filter((entry) => !kind || entry.kind === kind);
      return html`<${EvidenceList} entries=${shown} withAgent=${true}
          empty="What agents do is seen by the hooks that governorctl install guards puts into a project." />
        ${before > 0 && html`<p><button onClick=${more}>Older</button></p>`}`;
    }}</${Pending}>`;
}
