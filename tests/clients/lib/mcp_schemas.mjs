import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { kModern, kRevisions } from './mcp.mjs';
import { codeProblem, notificationType, requestType, resultType } from './result_types.mjs';

const kErrorsByCode = {
  '-32700': 'ParseError',
  '-32600': 'InvalidRequestError',
  '-32601': 'MethodNotFoundError',
  '-32602': 'InvalidParamsError',
  '-32603': 'InternalError',
};
const kErrorResponsesByCode = {
  '-32021': 'MissingRequiredClientCapabilityError',
  '-32022': 'UnsupportedProtocolVersionError',
};

/// The folder with one `<revision>/schema.json` for each revision, or null when this machine has none.
export function schemaFolder() {
  const data = process.env.GOVERNOR_TEST_DATA;
  if (!data) return null;
  const folder = path.join(data, 'mcp');
  if (!existsSync(folder)) throw new Error(`GOVERNOR_TEST_DATA is set but ${folder} does not exist`);
  return folder;
}

// Checks messages against the published JSON schemas.
export class McpSchemas {
  #revisions = new Map();

  constructor(folder) {
    for (const revision of kRevisions) {
      const schema = JSON.parse(readFileSync(path.join(folder, revision, 'schema.json'), 'utf8'));
      const dialect = schema.$schema.includes('2020-12') ? Ajv2020 : Ajv;
      const ajv = new dialect({ strict: false, allErrors: true });
      addFormats(ajv);
      const key = schema.$defs ? '$defs' : 'definitions';
      ajv.addSchema(schema, 'mcp');
      this.#revisions.set(revision, { ajv, key, names: new Set(Object.keys(schema[key])) });
    }
  }

  /// Problems of one recorded message, as texts; none when it is valid.
  problems(record) {
    const { message, revision, request } = record;
    if (record.unreadable) return [`not a JSON text: ${record.unreadable}`];
    if (message === null || typeof message !== 'object' || Array.isArray(message))
      return ['not a JSON object'];
    if (message.method !== undefined) return this.#announcementProblems(revision, message);
    if (message.error !== undefined) return this.#errorProblems(revision, message);
    if (!request) return ['a result for no request'];
    const type = resultType(request.method, message.result);
    if (!type || !this.#has(revision, type))
      return [`a result for ${request.method}, which ${revision} does not have`];
    return [
      ...this.#check(
        revision,
        this.#has(revision, 'JSONRPCResultResponse') ? 'JSONRPCResultResponse' : 'JSONRPCResponse',
        message,
      ),
      ...this.#check(revision, type, message.result),
    ];
  }

  #announcementProblems(revision, message) {
    const asks = message.id !== undefined;
    const type = asks ? requestType(message.method) : notificationType(message.method);
    if (asks && !type) return [`the server asks ${message.method}, which none of our clients offers`];
    if (!type || !this.#has(revision, type)) return [`${message.method} is nothing that a server of ${revision} says`];
    return this.#check(revision, type, message);
  }

  #errorProblems(revision, message) {
    const { error } = message;
    const bad = codeProblem(error?.code, revision);
    if (bad) return [bad];
    const envelope = this.#has(revision, 'JSONRPCErrorResponse') ? 'JSONRPCErrorResponse' : 'JSONRPCError';
    // Until 2025-06-18 the schema asks for an id even where none could be read; JSON-RPC itself then has
    // null.
    const excused = envelope === 'JSONRPCError' && (message.id === undefined || message.id === null);
    const found = this.#check(revision, envelope, excused ? { ...message, id: 'unreadable' } : message);
    if (revision !== kModern) return found;
    const whole = kErrorResponsesByCode[error.code];
    const part = kErrorsByCode[error.code];
    return [
      ...found,
      ...(whole ? this.#check(revision, whole, message) : []),
      ...(part ? this.#check(revision, part, error) : []),
    ];
  }

  #has(revision, type) {
    return this.#revisions.get(revision).names.has(type);
  }

  #check(revision, type, value) {
    const { ajv, key } = this.#revisions.get(revision);
    const validate = ajv.getSchema(`mcp#/${key}/${type}`);
    if (validate(value)) return [];
    return validate.errors.map((error) => `${revision} ${type}${error.instancePath}: ${error.message}`);
  }
}
