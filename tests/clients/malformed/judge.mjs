import assert from 'node:assert/strict';
import { kErrorKey } from '../lib/mcp.mjs';
import { kUnreadableId } from './expect.mjs';

const kLongestMessage = 2_000;

/// Fails unless `reply`, one message of the server, is what the table expects.
export function judge(reply, expected) {
  const checks = { error: judgeError, tool: judgeToolError, accepted: judgeResult, either: judgeEither };
  checks[expected.kind](reply, expected);
}

function judgeError(reply, { codes, id, data }) {
  assert.ok(reply.error, `expected error ${codes.join(' or ')}, got ${excerpt(reply)}`);
  assert.ok(codes.includes(reply.error.code), `expected error ${codes.join(' or ')}, got ${excerpt(reply)}`);
  assert.equal(typeof reply.error.message, 'string');
  assert.ok(reply.error.message.length > 5, 'an error that says nothing');
  assert.ok(reply.error.message.length < kLongestMessage, 'an error that repeats its input');
  if (id === kUnreadableId)
    assert.ok(reply.id === undefined || reply.id === null, `answers id ${reply.id}, which nobody sent`);
  else assert.equal(reply.id, id);
  for (const [key, value] of Object.entries(data ?? {}))
    assert.deepEqual(reply.error.data?.[key], value, excerpt(reply));
}

function judgeToolError(reply, { code, field }) {
  assert.equal(reply.id, 'bad');
  assert.equal(reply.result?.isError, true, `expected a tool error, got ${excerpt(reply)}`);
  const problem = reply.result._meta?.[kErrorKey];
  assert.equal(problem?.code, code, excerpt(reply));
  // An element may be named within its field.
  assert.match(problem.field ?? '', new RegExp(`^${field}(\\W|$)`), excerpt(reply));
  assert.ok(problem.message.length > 5 && problem.message.length < kLongestMessage, excerpt(reply));
  assert.match(reply.result.content[0].text, new RegExp(`^${code}: `));
}

function judgeResult(reply) {
  assert.equal(reply.id, 'bad');
  assert.ok(reply.result && !reply.result.isError, `expected a result, got ${excerpt(reply)}`);
}

function judgeEither(reply, { choices }) {
  const failures = [];
  for (const choice of choices) {
    try {
      return judge(reply, choice);
    } catch (error) {
      failures.push(error.message);
    }
  }
  return assert.fail(failures.join('; or '));
}

function excerpt(reply) {
  return JSON.stringify(reply).slice(0, 300);
}
