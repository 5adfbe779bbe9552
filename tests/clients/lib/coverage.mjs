import assert from 'node:assert/strict';
import { kErrorKey } from './mcp.mjs';

/// What a tool says that is about something that is not there, as those about deployments do.
const kNothingThere = 'not_found';
/// Succeeds where there is a program to deploy, in deployments.test.mjs.
const kNeedsProgram = 'deploy_headless_agent';

/// Prints which tools were listed and called without error, or found nothing to be about, on these connections; fails
/// if one was listed but never so called, and if none was listed.
export function assertEveryToolCalled(recorders) {
  const records = recorders.flatMap((recorder) => recorder.records);
  const listed = new Set();
  const calls = new Map();
  for (const { request, message } of records) {
    for (const tool of request?.method === 'tools/list' ? (message.result?.tools ?? []) : [])
      listed.add(tool.name);
    const refusal = message.result?._meta?.[kErrorKey]?.code;
    if (request?.method === 'tools/call' && message.result && (!message.result.isError || refusal === kNothingThere)) {
      calls.set(request.params.name, (calls.get(request.params.name) ?? 0) + 1);
    }
  }
  assert.ok(listed.size > 0, 'no list of tools was seen');
  for (const name of listed) console.log(`${name}: ${calls.get(name) ?? 0} calls`);
  assert.deepEqual(
    [...listed].filter((name) => !calls.has(name) && name !== kNeedsProgram),
    [],
    'tools in tools/list that no test called',
  );
}
