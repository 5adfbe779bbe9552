import { specTypeSchemas } from '@modelcontextprotocol/client';
import * as sdk1 from '@modelcontextprotocol/sdk/types.js';
import { kModern } from './mcp.mjs';
import { codeProblem, notificationType, requestType, resultType } from './result_types.mjs';

const kCacheable = [
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
];

// Checks messages against the schemas inside the official packages: those of the 1.x package for the legacy
// revisions, those of the 2.x client for 2026-07-28.
export class PackageSchemas {
  /// Problems of one recorded message, as texts; none when it is valid.
  problems(record) {
    const { message, revision, request } = record;
    if (record.unreadable) return [`not a JSON text: ${record.unreadable}`];
    if (message === null || typeof message !== 'object' || Array.isArray(message))
      return ['not a JSON object'];
    if (message.method !== undefined) {
      const type = message.id === undefined ? notificationType(message.method) : requestType(message.method);
      return type ? this.#check(revision, type, message) : [`${message.method} is no notification of ours`];
    }
    if (message.error !== undefined) {
      const bad = codeProblem(message.error?.code, revision);
      return bad ? [bad] : this.#check(revision, 'JSONRPCErrorResponse', message);
    }
    if (!request) return ['a result for no request'];
    const type = resultType(request.method, message.result);
    if (type === 'InputRequiredResult') return this.#questionProblems(revision, message);
    if (!type) return [`a result for ${request.method}, which is no method of MCP`];
    return [
      ...this.#check(revision, 'JSONRPCResultResponse', message),
      ...this.#check(revision, type, message.result),
      ...(revision === kModern ? modernProblems(request.method, message.result) : []),
    ];
  }

  /// The packages have no schema for the result itself, only for what is asked in it.
  #questionProblems(revision, message) {
    return [
      ...this.#check(revision, 'JSONRPCResultResponse', message),
      ...Object.values(message.result.inputRequests).flatMap((asked) =>
        this.#check(revision, requestType(asked.method), asked),
      ),
    ];
  }

  #check(revision, type, value) {
    const schema = revision === kModern ? specTypeSchemas[type] : sdk1[`${type}Schema`];
    if (!schema) return [`${type} is not part of ${revision}`];
    const outcome = schema['~standard'].validate(withoutModernExtras(revision, type, value));
    return (outcome.issues ?? []).map(
      (issue) => `${revision} ${type}/${(issue.path ?? []).join('/')}: ${issue.message}`,
    );
  }
}

/// The 2.x schemas are shared by both eras and leave out what only 2026-07-28 requires.
function modernProblems(method, result) {
  const found = [];
  if (typeof result?.resultType !== 'string') found.push(`${kModern} ${method}: resultType is missing`);
  if (kCacheable.includes(method)) {
    if (!Number.isInteger(result?.ttlMs) || result.ttlMs < 0)
      found.push(`${kModern} ${method}: ttlMs is missing or negative`);
    if (!['public', 'private'].includes(result?.cacheScope))
      found.push(`${kModern} ${method}: cacheScope is neither public nor private`);
  }
  return found;
}

/// EmptyResult is closed in the package and knows no resultType.
function withoutModernExtras(revision, type, value) {
  if (revision !== kModern || type !== 'EmptyResult') return value;
  const { resultType: _, ...rest } = value;
  return rest;
}
