// The figures of an agent over time, drawn and as a table.
import { useMemo } from 'preact/hooks';
import { html } from '../html.js';
import { decimal } from '../lib/format.js';
import { historyColumns } from '../lib/series.js';
import { Chart } from '../parts/chart.js';
import { Badge, Empty, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const kTones = { approve: '--good', revise: '--warning', reject: '--bad' };
const kFigures = ['risk_score', 'coherence', 'E', 'I', 'S', 'V'];
const kTableRows = 50;

export function AgentFigures({ id, agent: { history, thresholds, evidence } }) {
  const { rows } = history;
  const drawn = useMemo(() => {
    if (rows.length < 2) return null;
    const [times, risk, coherence, ...state] = historyColumns(rows, kFigures);
    return {
      times,
      marks: [...rows]
        .reverse()
        .map(({ action }, i) => ({ time: times[i], value: risk[i], tone: kTones[action] ?? '--faint' })),
      judged: judgedSeries(rows, risk, coherence, thresholds.thresholds, evidence),
      state: ['E', 'I', 'S', 'V'].map((label, i) => ({ label, colour: `--line-${i + 1}`, values: state[i] })),
    };
  }, [rows, thresholds, evidence]);
  if (!drawn)
    return html`<${Section} title="Figures over time"><${Empty} title="There is nothing to draw yet.">Two updates make a line.</${Empty}></${Section}>`;
  const last = rows[0];
  return html`<${Section} title="Figures over time" count=${history.total}>
    <div class="charts">
      <${Chart} times=${drawn.times} series=${drawn.judged} marks=${drawn.marks}
        label="Risk ${decimal(last.risk_score)} and coherence ${decimal(last.coherence)} of ${id}, with thresholds; a dot is a decision: green approve, yellow revise, red reject" />
      <${Chart} times=${drawn.times} series=${drawn.state} label="E ${decimal(last.E)}, I ${decimal(last.I)}, S ${decimal(last.S)}, V ${decimal(last.V)}" />
    </div></${Section}>`;
}

/// Risk, coherence, the probability to fail where it was said, and the thresholds as straight lines.
function judgedSeries(rows, risk, coherence, thresholds, evidence) {
  const line = (label, value) => ({ label, colour: '--faint', dash: true, values: risk.map(() => value) });
  const failures = new Map(
    evidence
      .filter(({ kind }) => kind === 'judged')
      .map((entry) => [entry.update, entry.failure_probability]),
  );
  const series = [
    { label: 'risk', colour: '--line-1', values: risk },
    { label: 'coherence', colour: '--line-2', values: coherence },
  ];
  if (failures.size > 0)
    series.push({
      label: 'fails',
      colour: '--line-3',
      values: [...rows].reverse().map(({ update }) => failures.get(update) ?? null),
    });
  return [
    ...series,
    line('approve below', thresholds.risk_approve_threshold),
    line('revise below', thresholds.risk_revise_threshold),
    line('coherence critical', thresholds.coherence_critical_threshold),
  ];
}

export function AgentHistory({ history }) {
  const figure = (name) => ({ title: name, align: 'right' });
  return html`<${Section} title="Updates" count=${history.total}>${
    history.rows.length === 0
      ? html`<${Empty} title="It has had no update." />`
      : html`<${Table} label="Newest updates" columns=${[figure('Update'), { title: 'When' }, { title: 'Decision' }, figure('Risk'), figure('Coherence'), figure('E'), figure('I'), figure('S'), figure('V')]}
        rows=${history.rows.slice(0, kTableRows).map((row) => ({
          key: row.update,
          cells: [
            row.update,
            html`<${Time} at=${row.timestamp} />`,
            html`<${Badge} word=${row.action} />`,
            ...kFigures.map((name) => decimal(row[name], 3)),
          ],
        }))} />`
  }</${Section}>`;
}
