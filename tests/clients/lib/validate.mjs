import assert from 'node:assert/strict';
import { McpSchemas, schemaFolder } from './mcp_schemas.mjs';
import { PackageSchemas } from './package_schemas.mjs';

let checkers;

/// Every checker this machine has: the official packages' always, the published schemas where they are.
export function allCheckers() {
  checkers ??= [new PackageSchemas(), ...(schemaFolder() ? [new McpSchemas(schemaFolder())] : [])];
  return checkers;
}

/// Fails with each message that a checker refuses, and when there was none to look at.
export function assertValid(recorders, using = allCheckers()) {
  const records = recorders.flatMap((recorder) => recorder.records);
  assert.ok(records.length > 0, 'no message was recorded, so nothing was checked');
  const complaints = records.flatMap((record) =>
    using
      .flatMap((checker) => checker.problems(record))
      .map((problem) => `${problem}\n    in ${excerpt(record)}`),
  );
  assert.equal(
    complaints.length,
    0,
    `${complaints.length} problems in ${records.length} messages:\n  ${complaints.slice(0, 12).join('\n  ')}`,
  );
}

function excerpt(record) {
  const text = record.raw.toString('latin1');
  const shown = text.length > 400 ? `${text.slice(0, 400)}...` : text;
  return `[${record.connection}, ${record.request?.method ?? 'no request'}] ${shown}`;
}
