import assert from 'node:assert/strict';

/// Prints which tools were listed and called without error on these connections; fails if one was listed but
/// never so called, and if none was listed.
export function assertEveryToolCalled(recorders) {
  const records = recorders.flatMap((recorder) => recorder.records);
  const listed = new Set();
  const calls = new Map();
  for (const { request, message } of records) {
    for (const tool of request?.method === 'tools/list' ? (message.result?.tools ?? []) : [])
      listed.add(tool.name);
    if (request?.method === 'tools/call' && message.result && !message.result.isError) {
      calls.set(request.params.name, (calls.get(request.params.name) ?? 0) + 1);
    }
  }
  assert.ok(listed.size > 0, 'no list of tools was seen');
  for (const name of listed) console.log(`${name}: ${calls.get(name) ?? 0} calls`);
  assert.deepEqual(
    [...listed].filter((name) => !calls.has(name)),
    [],
    'tools in tools/list that no test called',
  );
}
