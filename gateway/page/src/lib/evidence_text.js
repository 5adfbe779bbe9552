// What an agent did, in words. As `governorctl activity` says it.
import { counted, milliseconds, words } from './format.js';

const kTexts = {
  tool_used: (entry) => {
    const what = entry.command ?? entry.program;
    const facts = [];
    if (!entry.success) facts.push('failed');
    if (entry.exit_code !== undefined) facts.push(`exit code ${entry.exit_code}`);
    if (entry.duration_ms !== undefined) facts.push(milliseconds(entry.duration_ms));
    return `${entry.tool}${what ? `: ${what}` : ''} (${words(entry.class)})${facts.map((fact) => `, ${fact}`).join('')}`;
  },
  file_changed: (entry) => {
    if (entry.deleted) return `deleted ${entry.path}`;
    const lines = `+${entry.lines_added} −${entry.lines_removed} lines`;
    return `${entry.created ? 'created' : 'wrote'} ${entry.path}, ${lines}`;
  },
  tests_run: (entry) => {
    const counts = ['passed', 'failed']
      .filter((name) => entry[name] !== undefined)
      .map((name) => `${entry[name]} ${name}`);
    return `tests ${entry.success ? 'passed' : 'failed'} (${[entry.framework, ...counts].join(', ')})`;
  },
  reverted: (entry) =>
    `took back its own changes${entry.path ? ` of ${entry.path}` : ''} (${words(entry.how)})`,
  repeated: (entry) =>
    `the same ${words(entry.what)} again: ${entry.subject}, ${counted(entry.times, 'time')}`,
  refused: (entry) => `refused by ${words(entry.by)}${entry.path ? `: ${entry.path}` : ''}`,
  risky_action: (entry) =>
    `risky: ${words(entry.rule)}, ${entry.severity}${entry.program ? ` (${entry.program})` : ''}`,
  turn_began: () => 'a turn began',
  turn_ended: () => 'the turn ended',
  prose_said: (entry) => `said ${counted(entry.bytes, 'byte')} of text`,
  judged: (entry) =>
    `judged, update ${entry.update}: fails with a probability of ${entry.failure_probability.toFixed(2)}` +
    (entry.provisional ? ', provisionally' : ''),
  stated: (entry) => {
    const said = ['confidence', 'complexity'].filter((name) => entry[name] !== undefined);
    return `stated ${said.map((name) => `${name} ${entry[name]}`).join(', ') || 'nothing'}`;
  },
};

export function evidenceText(entry) {
  return kTexts[entry.kind]?.(entry) ?? words(entry.kind);
}

/// Whether something went wrong: `bad`, `warning`, or nothing.
export function evidenceTone(entry) {
  if (entry.kind === 'risky_action') return entry.severity === 'high' ? 'bad' : 'warning';
  if (entry.kind === 'refused' || entry.kind === 'repeated' || entry.kind === 'reverted') return 'warning';
  return entry.success === false ? 'bad' : '';
}
