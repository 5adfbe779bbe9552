import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

// Calls of the tools that look at agents over time, after two updates of `agent` and with its session.

const kHealths = ['unknown', 'healthy', 'degraded', 'critical'];
const kTrends = ['improving', 'stable', 'degrading'];

export function analysisCalls(agent) {
  return [
    {
      name: 'observe_agent',
      arguments: { window: 1 },
      check: (got) => {
        assert.equal(got.agent_id, agent);
        assert.equal(got.status, 'active');
        assert.equal(got.updates, 2);
        assert.equal(got.trend, 'stable');
        assert.deepEqual(Object.keys(got.trends).sort(), ['E', 'I', 'S', 'V', 'coherence', 'risk']);
        assert.deepEqual(got.anomalies, []);
        assert.equal(got.summary.updates, 1);
        assert.equal(got.summary.mean_risk, got.metrics.risk_score);
      },
    },
    {
      // A second agent, so that there is something to compare with and something to find.
      name: 'process_agent_update',
      arguments: { agent_id: `${agent}-drifting`, ethical_drift: [1, 1, 1], confidence: 0.5 },
      check: (got) => assert.equal(got.decision.action, 'reject'),
    },
    {
      name: 'compare_agents',
      arguments: { agent_ids: [agent, `${agent}-drifting`] },
      check: (got) => {
        assert.deepEqual(
          got.agents.map((one) => one.agent_id),
          [agent, `${agent}-drifting`],
        );
        assert.equal(got.agents[1].health.status, 'critical');
        const risk = got.differences.find((difference) => difference.metric === 'risk_score');
        assert.equal(risk.highest.agent_id, `${agent}-drifting`);
        assert.ok(got.similarity > 0 && got.similarity < 1);
      },
    },
    {
      name: 'aggregate_metrics',
      arguments: { status: 'active' },
      check: (got) => {
        assert.ok(got.agents >= 2);
        assert.deepEqual(Object.keys(got.by_health).sort(), [...kHealths].sort());
        assert.deepEqual(Object.keys(got.by_trend).sort(), [...kTrends].sort());
        assert.ok(got.critical.includes(`${agent}-drifting`));
        assert.ok(got.mean_risk > 0 && got.mean_risk < 1);
      },
    },
    {
      name: 'detect_anomalies',
      arguments: { agent_ids: [agent, `${agent}-drifting`], min_severity: 'medium' },
      check: (got) => assert.deepEqual(got, { checked: 2, count: 0, anomalies: [] }),
    },
    {
      name: 'record_outcome',
      arguments: { prediction_id: `${agent}/1`, correct: true, source: 'test', detail: '12 of 12' },
      check: (got) => {
        assert.equal(got.agent_id, agent);
        assert.equal(got.correct, true);
        assert.equal(got.confidence, 0.9);
        assert.equal(got.replaced, false);
      },
    },
    {
      name: 'record_outcome',
      arguments: { prediction_id: `${agent}/1`, correct: false, source: 'exit_code' },
      check: (got) => assert.equal(got.replaced, true),
    },
    {
      name: 'check_calibration',
      arguments: { agent_id: agent },
      check: (got) => {
        assert.equal(got.predictions, 2);
        assert.equal(got.with_outcome, 1);
        assert.equal(got.waiting, 1);
        assert.ok(Math.abs(got.ece - 0.9) < 1e-12);
        assert.ok(Math.abs(got.brier - 0.81) < 1e-12);
        assert.equal(got.bins.length, 5);
        assert.equal(got.bins[4].count, 1);
        assert.equal(got.calibrated, null);
      },
    },
    {
      name: 'report_evidence',
      arguments: { event: 'tests_run', framework: 'vitest', passed: 11, failed: 1, success: false, source: 'run 1' },
      check: (got) => {
        assert.equal(got.agent_id, agent);
        assert.equal(got.recorded, 1);
      },
    },
    {
      name: 'get_evidence',
      arguments: { agent_id: agent },
      check: (got) => {
        assert.equal(got.evidence[0].kind, 'tests_run');
        assert.equal(got.evidence[0].provenance, 'reported');
        assert.equal(got.evidence[0].failed, 1);
      },
    },
    {
      name: 'get_telemetry_metrics',
      arguments: { agent_id: agent, window: 100, hours: 1 },
      check: (got) => {
        assert.equal(got.scope, 'agent');
        assert.equal(got.updates, 2);
        assert.equal(got.skip_rate, null);
        assert.ok(Math.abs(got.confidence.mean - 0.95) < 1e-12);
        assert.deepEqual(got.suspicious, []);
      },
    },
    {
      name: 'export_to_file',
      arguments: { format: 'json' },
      check: (got) => {
        const bytes = readFileSync(got.path);
        assert.equal(got.rows, 2);
        assert.equal(got.bytes, bytes.length);
        assert.equal(got.sha256, createHash('sha256').update(bytes).digest('hex'));
        assert.deepEqual(
          JSON.parse(bytes).rows.map((row) => row.update),
          [1, 2],
        );
      },
    },
  ];
}
