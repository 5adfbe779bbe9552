// Who did what: the evidence of all agents, or the audit log.
import { html } from '../html.js';
import { routeTo } from '../lib/route.js';
import { replaceQuery } from '../parts/place.js';
import { Search, Tabs } from '../parts/small.js';
import { ActivityAudit } from './activity_audit.js';
import { ActivityEvidence } from './activity_evidence.js';

export function Activity({ route }) {
  const [name = 'evidence'] = route.rest;
  const isAudit = name === 'audit';
  const { agent = '' } = route.query;
  const Part = isAudit ? ActivityAudit : ActivityEvidence;
  const tabs = [
    ['evidence', 'What agents did', routeTo('activity', [], { agent })],
    ['audit', 'Audit log', routeTo('activity', ['audit'], { agent })],
  ];
  return html`<h1>Activity</h1>
    <${Tabs} label="Parts of Activity" tabs=${tabs} current=${isAudit ? 'audit' : 'evidence'} />
    <${Part} key=${name} route=${route} search=${html`<${Search} label="Agent, whole id" value=${agent}
      onInput=${(value) => replaceQuery(route, { agent: value.trim() })} />`} />`;
}
