// governor itself: how fast, how full, who is connected, and whether what is stored is whole.
import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { count, counted, duration, milliseconds, words } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { kFleet } from '../net/live.js';
import { request, tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { leaveEverywhere } from '../parts/logout.js';
import { AgentLink, Badge, Empty, Facts, Pending, Section, Table } from '../parts/small.js';
import { Time } from '../parts/time.js';

const kDiskAlerts = ['low_disk', 'storage', 'data_loss', 'watch_incomplete', 'daemon_crash', 'clock_jump'];

const useSystem = () =>
  useSource('system', kFleet, async () => {
    const [status, concurrency, alerts] = await Promise.all([
      request('governor/status'),
      tool('diagnose_concurrency'),
      tool('list_alerts', { limit: 200 }),
    ]);
    return { status, concurrency, alerts: alerts.alerts.filter(({ kind }) => kDiskAlerts.includes(kind)) };
  });

export function System() {
  const source = useSystem();
  return html`<h1>System</h1>
    <${Pending} source=${source}>${({ status, concurrency, alerts }) => html`
      <div class="standing"><${Badge} word=${status.status} /><span>${status.reasons.join('; ') || 'Everything works.'}</span>
        <span class="faint">as of <${Time} at=${source.time} /></span>
        <div class="actions"><button onClick=${source.reload}>Read again</button></div></div>
      <${Facts} facts=${[
        ['Build', status.build],
        ['Process', `pid ${status.pid}, for ${duration(status.uptime_seconds)}`],
        ['Requests', count(status.requests)],
        ['Updates', count(status.updates)],
        ['Agents', `${count(status.agents.stored)}, ${count(status.agents.loaded)} in memory`],
        ['Subscriptions', count(status.subscriptions)],
      ]} />
      <${Latency} status=${status} concurrency=${concurrency} />
      <${Disk} status=${status} alerts=${alerts} />
      <${Sessions} sessions=${status.session_list} />
      <${Section} title="Browsers"><p>Whoever has opened a link of <code>governorctl dashboard</code> is logged in until it was not
        used for a week.</p><div class="actions"><button onClick=${leaveEverywhere}>Log out every browser</button></div></${Section}>
      <${Waiting} concurrency=${concurrency} />`}
    </${Pending}>`;
}

function Latency({ status, concurrency: { queues, waits } }) {
  const columns = [
    { title: 'Wait for' },
    ...['How often', 'Median', '99 %', 'Longest'].map((title) => ({ title, align: 'right' })),
  ];
  return html`<${Section} title="Latency and queues">
    <${Facts} facts=${[
      [
        'Request',
        `${milliseconds(status.latency.p50_ms)} median, ${milliseconds(status.latency.p99_ms)} at 99 %, ${milliseconds(status.latency.max_ms)} at most`,
      ],
      [
        'Commit',
        `${milliseconds(status.commit_p50_ms)} median, ${milliseconds(status.commit_p99_ms)} at 99 %`,
      ],
      [
        'Not on the disk yet',
        `${counted(status.pending, 'change')}${status.pending > 0 ? `, for ${milliseconds(status.oldest_pending_ms)}` : ''}`,
      ],
      ...Object.entries(queues).map(([name, value]) => [words(name), count(value)]),
    ]} />
    <${Table} label="Waits since the daemon began" columns=${columns} rows=${Object.entries(waits).map(
      ([name, wait]) => ({
        key: name,
        cells: [
          words(name),
          count(wait.count),
          ...['p50_ms', 'p99_ms', 'max_ms'].map((field) => milliseconds(wait[field])),
        ],
      }),
    )} /></${Section}>`;
}

function Disk({ status, alerts }) {
  return html`<${Section} title="Disk and audit log">
    <${Facts} facts=${[
      ['Database', status.database],
      ['Log', status.log_file],
      ['State', status.state_directory],
      ['Socket', status.socket],
    ]} />
    ${alerts.map(
      (
        alert,
      ) => html`<p key=${alert.alert_id} class="notice ${alert.severity === 'critical' ? 'bad' : 'warning'}">${alert.message}
      <a href=${routeTo('now')}>Acknowledge it</a></p>`,
    )}
    <${Verification} />
  </${Section}>`;
}

/// The chain of hashes is computed anew when somebody wants it: that reads all of the database.
function Verification() {
  const [state, setState] = useState({});
  const verify = async () => {
    setState({ ...state, isBusy: true });
    try {
      setState({ found: await request('governor/audit_verify'), time: new Date().toISOString() });
    } catch (error) {
      setState({ error });
    }
  };
  const { found, time, error, isBusy } = state;
  return html`<div class="standing"><button onClick=${verify} disabled=${isBusy}>${isBusy ? 'Verifying…' : 'Verify the audit chain'}</button>
    <p role="status">${
      found
        ? html`<${Badge} word=${found.ok ? 'intact' : 'not intact'} tone=${found.ok ? 'good' : 'bad'} /> ${count(found.entries)} entries, ${count(found.updates)} updates,
          ${count(found.evidence)} of evidence, verified <${Time} at=${time} />. ${found.problems.map(({ table, entry, problem }) => `${table} ${entry}: ${problem}. `)}`
        : (error?.message ?? 'Not verified since this page was opened.')
    }</p></div>`;
}

function Sessions({ sessions }) {
  const columns = ['Client', 'Pid', 'Agent', 'MCP', 'Since', ''].map((title) => ({ title }));
  return html`<${Section} title="Sessions" count=${sessions.length}>${
    sessions.length === 0
      ? html`<${Empty} title="Nobody is connected.">Put governor into a client with <code>governorctl install</code>.</${Empty}>`
      : html`<${Table} label="Sessions" columns=${columns} rows=${sessions.map((session) => ({
          key: `${session.session} ${session.pid} ${session.since}`,
          cells: [
            html`${session.client || 'unnamed'}<small>${session.client_version}</small>`,
            session.pid,
            html`<${AgentLink} id=${session.agent} />`,
            session.revision,
            html`<${Time} at=${session.since} />`,
            html`<${Badge} word=${session.connected ? 'connected' : 'away'} tone=${session.connected ? 'good' : 'faint'} />`,
          ],
        }))} />`
  }</${Section}>`;
}

function Waiting({ concurrency: { waiting, conflicts } }) {
  return html`<${Section} title="Calls that wait" count=${waiting.length}>${
    waiting.length === 0
      ? html`<${Empty} title="No call waits." />`
      : html`<${Table} label="Calls that wait" columns=${['Tool', 'Waits for', 'For', 'Agent'].map((title) => ({ title }))} rows=${waiting.map(
          (call, i) => ({
            key: i,
            cells: [call.tool, words(call.waits_for), milliseconds(call.waited_ms), call.agent_id ?? ''],
          }),
        )} />`
  }</${Section}>
  <${Section} title="Conflicts of the last hour" count=${conflicts.length}>${
    conflicts.length === 0
      ? html`<${Empty} title="None." />`
      : html`<${Table} label="Conflicts" columns=${['Kind', 'Agent', 'Holder', 'How often', 'Last'].map((title) => ({ title }))} rows=${conflicts.map(
          (conflict, i) => ({
            key: i,
            cells: [
              words(conflict.code),
              html`<${AgentLink} id=${conflict.agent_id} />`,
              conflict.holder ? `${conflict.holder.client}, pid ${conflict.holder.pid}` : '',
              conflict.count,
              html`<${Time} at=${conflict.last} />`,
            ],
          }),
        )} />`
  }</${Section}>`;
}
