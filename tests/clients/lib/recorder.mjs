import { kModern, kSubscriptionKey, kVersionKey } from './mcp.mjs';

// Keeps every line that a server sent on one connection, with the revision in force and the request it
// answers, for the schema checks and the report of called tools.
export class Recorder {
  /// The revision that `initialize` agreed on; null before that.
  revision = null;
  records = [];
  #asked = new Map();

  constructor(name) {
    this.name = name;
  }

  /// To be told of each message before it is sent.
  sent(message) {
    if (typeof message?.method !== 'string' || !('id' in message)) return;
    const modern = message.params?._meta?.[kVersionKey] !== undefined;
    const revision = modern ? kModern : (this.revision ?? message.params?.protocolVersion ?? kModern);
    this.#asked.set(JSON.stringify(message.id), { request: message, revision });
  }

  /// To be given each line that the server sends, as bytes without the newline.
  received(line) {
    const record = {
      connection: this.name,
      raw: line,
      message: undefined,
      request: null,
      revision: this.revision ?? kModern,
    };
    this.records.push(record);
    try {
      record.message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
    } catch (error) {
      record.unreadable = error.message;
      return;
    }
    const { message } = record;
    if (message?.method !== undefined) {
      if (message.params?._meta?.[kSubscriptionKey] !== undefined) record.revision = kModern;
      return;
    }
    const key = JSON.stringify(message?.id);
    const asked = this.#asked.get(key);
    if (!asked) return;
    this.#asked.delete(key);
    Object.assign(record, asked);
    if (asked.request.method === 'initialize' && typeof message.result?.protocolVersion === 'string') {
      this.revision = record.revision = message.result.protocolVersion;
    }
  }

  /// Answers to requests of `method`.
  answersTo(method) {
    return this.records.filter((record) => record.request?.method === method);
  }
}
