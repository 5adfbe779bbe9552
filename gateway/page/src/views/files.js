// Who may write what, who waits for whom, what is protected, and what changed without a lease.
import { html } from '../html.js';
import { routeTo } from '../lib/route.js';
import { Tabs } from '../parts/small.js';
import { FileChange } from './file_change.js';
import { FileChanges } from './file_changes.js';
import { FileContention } from './file_contention.js';
import { FileLeases } from './file_leases.js';
import { FileProtection } from './file_protection.js';

const kParts = [
  ['leases', 'Leases', FileLeases],
  ['contention', 'Contention', FileContention],
  ['protected', 'Protected', FileProtection],
  ['changes', 'Changes without a lease', FileChanges],
];

export function Files({ route }) {
  const [name = 'leases'] = route.rest;
  const isChange = name === 'change' && route.query.path;
  const current = isChange ? 'changes' : name;
  const Part = isChange ? FileChange : (kParts.find(([known]) => known === name)?.[2] ?? FileLeases);
  return html`<h1>Files</h1>
    <${Tabs} label="Parts of Files" current=${current} tabs=${kParts.map(([part, title]) => [part, title, routeTo('files', [part])])} />
    <${Part} key=${isChange ? route.query.path : name} path=${route.query.path} />`;
}
