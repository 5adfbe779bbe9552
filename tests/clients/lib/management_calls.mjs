import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

// Calls of the tools with which people look after agents and the daemon, after those of analysis_calls.mjs.
// `arguments` may be a function of the results so far, by the name of their tool.

let sequence = 0;

export function managementCalls(agent) {
  const other = `${agent}-drifting`;
  const locks = path.join(os.tmpdir(), `governor-locks-${process.pid}-${agent}-${sequence++}`);
  const statusIs = (status, previous) => (got) => {
    assert.equal(got.agent_id, other);
    assert.equal(got.status, status);
    assert.equal(got.previous_status, previous);
  };
  return [
    {
      name: 'get_agent_metadata',
      arguments: {},
      check: (got) => {
        assert.equal(got.agent_id, agent);
        assert.deepEqual(got.tags, ['review']);
        assert.equal(got.health.status === 'unknown', false);
        assert.ok(got.lifecycle_events.length > 0);
      },
    },
    {
      name: 'update_agent_metadata',
      arguments: { tags: ['review', 'seen'], notes: 'second', append_notes: true, pinned: true },
      check: (got) => {
        assert.deepEqual(got.tags, ['review', 'seen']);
        assert.match(got.notes, /^first\n.*second$/);
        assert.equal(got.pinned, true);
      },
    },
    {
      name: 'get_thresholds',
      arguments: {},
      check: (got) => {
        assert.equal(got.scope, 'process');
        assert.equal(got.thresholds.risk_approve_threshold, 0.25);
      },
    },
    {
      name: 'set_thresholds',
      arguments: { agent_id: agent, profile: 'strict', thresholds: { risk_approve_threshold: 0.1 } },
      check: (got) => {
        assert.equal(got.own, true);
        assert.ok(got.changed.some((one) => one.name === 'risk_approve_threshold' && one.new === 0.1));
      },
    },
    {
      name: 'pause_agent',
      arguments: { agent_id: other, reason: 'for the test' },
      check: statusIs('paused', 'active'),
    },
    // A profile of tools may have this one and not the one before.
    {
      name: 'resume_agent',
      arguments: { agent_id: other },
      check: (got) => assert.equal(got.status, 'active'),
    },
    {
      name: 'reset_monitor',
      arguments: { agent_id: other },
      check: (got) => {
        assert.equal(got.epoch, 2);
        assert.equal(got.previous_updates, 1);
      },
    },
    { name: 'archive_agent', arguments: { agent_id: other }, check: statusIs('archived', 'active') },
    {
      name: 'archive_idle_agents',
      arguments: { days: 7, pattern: `${agent}*`, dry_run: true },
      check: (got) => assert.deepEqual(got, { dry_run: true, count: 0, agents: [], more: false }),
    },
    {
      name: 'list_alerts',
      arguments: { include_resolved: true, limit: 500 },
      check: (got) => assert.ok(got.alerts.some((alert) => alert.agent_id === other)),
    },
    {
      name: 'acknowledge_alert',
      arguments: (seen) => ({
        alert_id: seen.get('list_alerts').alerts.find((alert) => alert.agent_id === other).alert_id,
        note: 'seen',
      }),
      check: (got) => assert.equal(got.acknowledged.note, 'seen'),
    },
    {
      name: 'query_audit_log',
      arguments: { agent_id: other, limit: 100 },
      check: (got) => {
        assert.equal(got.count, got.entries.length);
        for (const event of ['update', 'agent_paused', 'monitor_reset']) {
          assert.ok(
            got.entries.some((entry) => entry.event === event),
            `${event} is not in the audit log`,
          );
        }
      },
    },
    {
      name: 'delete_agent',
      arguments: { agent_id: other, confirm: true },
      check: (got) => {
        assert.equal(got.status, 'deleted');
        assert.equal(got.rows, 1);
      },
    },
    {
      name: 'diagnose_concurrency',
      arguments: () => {
        leaveLocks(locks);
        return { directory: locks };
      },
      check: (got) => {
        assert.ok(Array.isArray(got.waiting));
        assert.ok(got.waits.disk.count > 0);
        assert.ok(got.slowest.some((one) => one.tool === 'process_agent_update' && one.agent_id));
        assert.equal(got.legacy_locks.dead, 1);
        assert.equal(got.legacy_locks.alive, 1);
      },
    },
    {
      name: 'cleanup_stale_locks',
      arguments: { directory: locks },
      check: (got) => {
        assert.equal(got.dry_run, true);
        assert.equal(got.removed, 0);
        assert.equal(got.dead, 1);
      },
    },
    {
      name: 'cleanup_stale_locks',
      arguments: { directory: locks, dry_run: false },
      check: (got) => {
        assert.equal(got.removed, 1);
        assert.deepEqual(readdirSync(locks), ['live.lock']);
        rmSync(locks, { recursive: true });
      },
    },
  ];
}

/// The lock of a process that has ended, and that of one that runs: this one.
function leaveLocks(directory) {
  mkdirSync(directory);
  const { pid } = spawnSync(process.execPath, ['--version']);
  const record = { pid, timestamp: Date.now() / 1000, agent_id: 'somebody' };
  writeFileSync(path.join(directory, 'dead.lock'), JSON.stringify(record));
  writeFileSync(path.join(directory, 'live.lock'), `${process.pid}\n`);
}
