import { kShort } from './deadlines.mjs';
import { initializeParams, kModern, modernMeta } from './mcp.mjs';
import { Recorder } from './recorder.mjs';

// JSON-RPC by hand over a channel, for what an official client cannot be made to say.
export class RawClient {
  #next = 1;

  constructor(channel, name = 'raw') {
    this.channel = channel;
    this.recorder = new Recorder(name);
    channel.lines.listen((line) => this.recorder.received(line));
  }

  /// Sends one message and nothing else.
  async send(message) {
    this.recorder.sent(message);
    await this.channel.write(`${JSON.stringify(message)}\n`);
  }

  notify(method, params) {
    return this.send({ jsonrpc: '2.0', method, ...(params && { params }) });
  }

  /// Sends a request and gives the whole response, result or error.
  async request(method, params, ms = kShort * 2) {
    const id = `raw-${this.#next++}`;
    await this.send({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) });
    return this.response(id, ms, method);
  }

  /// The response with this id, now or later.
  async response(id, ms = kShort * 2, what = 'a response') {
    const line = await this.channel.lines.take(
      ms,
      `answers ${what} (id ${id})`,
      (bytes) => parsed(bytes)?.id === id,
    );
    return parsed(line);
  }

  /// The next notification of this method.
  async notification(method, ms = kShort * 2) {
    const line = await this.channel.lines.take(
      ms,
      `sends ${method}`,
      (bytes) => parsed(bytes)?.method === method,
    );
    return parsed(line);
  }

  /// The opening of a legacy revision; gives the response to `initialize`.
  async initialize(revision) {
    const response = await this.request('initialize', initializeParams(revision));
    await this.notify('notifications/initialized');
    return response;
  }

  /// A request as `revision` wants it: with the modern `_meta` or plain.
  requestIn(revision, method, params = {}) {
    return this.request(method, revision === kModern ? { ...params, _meta: modernMeta() } : params);
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
