import assert from 'node:assert/strict';
import { analysisCalls } from './analysis_calls.mjs';
import { approvalCalls } from './approval_calls.mjs';
import { deploymentCalls } from './deployment_calls.mjs';
import { fileCalls } from './file_calls.mjs';
import { managementCalls } from './management_calls.mjs';
import { kErrorKey } from './mcp.mjs';
import { taskCalls } from './task_calls.mjs';

// A meaningful call of each tool, in an order in which each has something to show, and what its result must
// say.

const kDecisions = ['approve', 'revise', 'reject'];
const kIsoMicroseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|\+00:00)$/;

/// The calls for one agent of the caller's own. Each is {name, arguments, check}; `arguments` may be a
/// function of the results so far, by the name of their tool. A call with `refused` must be, with one of these
/// codes.
export function toolCalls(agent) {
  const text = 'Reviewed the framing code and wrote a test for the longest line.';
  return [
    {
      name: 'register_agent',
      arguments: { agent_id: agent, purpose: 'reviews framing code', tags: ['review'], notes: 'first' },
      check: (got) => {
        assert.equal(got.agent_id, agent);
        assert.equal(got.created, true);
        assert.equal(got.resumed, false);
        assert.equal(got.shared, false);
        assert.ok(got.token.length >= 16, 'a token too short to keep others out');
        assert.ok(Array.isArray(got.warnings));
      },
    },
    {
      name: 'simulate_update',
      arguments: { agent_id: agent, parameters: [0.1, 0.2], complexity: 0.4 },
      check: (got) => {
        assert.equal(got.simulated, true);
        assert.equal(got.update, 1);
      },
    },
    {
      name: 'process_agent_update',
      arguments: {
        agent_id: agent,
        parameters: [0.1, 0.2],
        ethical_drift: [0.1, 0, -0.1],
        response_text: text,
        complexity: 0.4,
        confidence: 0.9,
        detail: 'full',
      },
      check: (got) => checkUpdate(got, agent, 1),
    },
    {
      name: 'process_agent_update',
      arguments: { response_text: text },
      check: (got) => checkBrief(got, agent, 2),
    },
    {
      name: 'get_governance_metrics',
      arguments: { agent_id: agent },
      check: (got) => checkBrief(got, agent, 2),
    },
    {
      name: 'get_governance_metrics',
      arguments: { agent_id: agent, detail: 'full' },
      check: (got) => {
        assert.equal(got.agent_id, agent);
        assert.equal(got.metrics.updates, 2);
        assert.ok(kDecisions.includes(got.decision.action));
        assert.equal(typeof got.sampling_params.temperature, 'number');
      },
    },
    {
      name: 'get_system_history',
      arguments: { agent_id: agent, format: 'json', limit: 1 },
      check: (got) => {
        assert.equal(got.total, 2);
        assert.equal(got.count, 1);
        assert.deepEqual(
          got.rows.map((row) => row.update),
          [2],
        );
        assert.equal(got.next_before, 2);
      },
    },
    {
      name: 'get_system_history',
      arguments: { agent_id: agent, format: 'csv' },
      check: (got) => {
        const lines = got.csv.trimEnd().split(/\r?\n/);
        assert.equal(lines.length, 3);
        assert.match(lines[0], /^update,epoch,timestamp,E,I,S,V,/);
      },
    },
    {
      name: 'list_agents',
      arguments: { limit: 100 },
      check: (got) => {
        const mine = got.agents.find((one) => one.agent_id === agent);
        assert.ok(mine, `${agent} is not in the list`);
        assert.equal(mine.updates, 2);
        assert.equal(mine.shared, false);
        assert.equal(mine.purpose, 'reviews framing code');
      },
    },
    ...analysisCalls(agent),
    ...managementCalls(agent),
    ...taskCalls(agent),
    ...fileCalls(agent),
    ...deploymentCalls(),
    ...approvalCalls(),
    {
      name: 'health_check',
      arguments: {},
      check: (got) => {
        assert.equal(got.status, 'ok');
        assert.deepEqual(got.reasons, []);
      },
    },
    {
      name: 'show_fleet',
      arguments: {},
      longest: 3_000, // a list
      check: (got) => {
        assert.equal(got.overview.status, 'ok');
        assert.ok(Array.isArray(got.approvals) && Array.isArray(got.critical));
      },
    },
    {
      name: 'get_server_info',
      arguments: {},
      check: (got) => {
        assert.equal(got.name, 'governor');
        assert.match(got.version, /^\d+\.\d+\.\d+/);
        assert.ok(Number.isInteger(got.pid) && got.pid > 1);
      },
    },
  ];
}

function checkUpdate(got, agent, number) {
  assert.equal(got.agent_id, agent);
  assert.equal(got.update, number);
  assert.ok(kDecisions.includes(got.decision.action));
  assert.equal(typeof got.decision.require_human, 'boolean');
  assert.ok(Array.isArray(got.decision.human_reasons));
  assert.ok(['healthy', 'degraded', 'critical'].includes(got.health.status));
  assert.equal(got.metrics.updates, number);
  assert.match(got.timestamp, kIsoMicroseconds);
  assert.ok(Array.isArray(got.warnings));
}

/// What a caller acts on, and nothing that it does not.
function checkBrief(got, agent, number) {
  assert.equal(got.agent_id, agent);
  assert.equal(got.update, number);
  assert.ok(kDecisions.includes(got.decision.action));
  assert.ok(['healthy', 'degraded', 'critical'].includes(got.health.status));
  for (const figure of ['risk_score', 'coherence']) assert.match(String(got[figure]), /^\d(\.\d{1,4})?$/);
  assert.equal(got.metrics, undefined);
}

/// The tools of this version, as the names in `toolCalls`.
export const kTools = [...new Set(toolCalls('any').map((call) => call.name))];

/// Makes every call with `call(name, arguments)`, which gives a CallToolResult, and checks each result.
/// `structured` says whether the revision has structured content; `listed` are the tools that the connection
/// has, if not all.
export async function callEveryTool(call, agent, { structured = true, listed = kTools } = {}) {
  const seen = new Map();
  for (const { name, arguments: given, check, refused, longest = 300 } of toolCalls(agent)) {
    if (!listed.includes(name)) continue;
    const result = await call(name, typeof given === 'function' ? given(seen) : given);
    if (refused !== undefined) {
      assert.equal(result.isError, true, `${name} is not refused`);
      assert.ok(refused.includes(result._meta?.[kErrorKey]?.code), `${name}: ${result.content?.[0]?.text}`);
      continue;
    }
    assert.ok(!result.isError, `${name}: ${result.content?.[0]?.text}`);
    assert.equal(result.content[0].type, 'text');
    const { text } = result.content[0];
    // A brief result is told in words; where there is no other place for it, the text is the result.
    const inWords = structured && !text.startsWith('{');
    const said = inWords ? result.structuredContent : JSON.parse(text);
    if (inWords) assert.ok(text.length > 0 && text.length < longest, `${name}: ${text}`);
    else if (structured)
      assert.deepEqual(result.structuredContent, said, `${name}: text and structured content differ`);
    else assert.equal(result.structuredContent, undefined, `${name}: structured content before 2025-06-18`);
    check(said);
    seen.set(name, said);
  }
}

/// A wrong argument: refused inside the result, naming the field, what was given and what is accepted.
export async function callWronglyAndReadTheError(call) {
  const result = await call('process_agent_update', { agent_id: 'wrong-argument', complexity: 2 });
  assert.equal(result.isError, true);
  assert.equal(result.structuredContent, undefined);
  const problem = result._meta?.[kErrorKey];
  assert.equal(problem?.code, 'invalid_argument');
  assert.equal(problem.field, 'complexity');
  assert.equal(Number(problem.given), 2);
  assert.ok(problem.message.length > 0);
  assert.match(result.content[0].text, /^invalid_argument: /);
  assert.match(result.content[0].text, /complexity/);
}

/// A reader's error: an agent that nobody has made.
export async function askForAnAgentThatIsNot(call) {
  const result = await call('get_governance_metrics', { agent_id: 'nobody-made-this-one' });
  assert.equal(result.isError, true);
  assert.equal(result._meta?.[kErrorKey]?.code, 'not_found');
  assert.match(result.content[0].text, /nobody-made-this-one/);
}
