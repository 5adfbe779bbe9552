// The client that shows this view, spoken to by JSON-RPC over postMessage: the extension MCP Apps, 2026-01-26.

const kProtocol = '2026-01-26';
const kUnknownMethod = -32601;

export class Host {
  context = {};
  capabilities = {};
  #next = 1;
  #waiting = new Map();
  #notified = new Map();
  #requests = { ping: () => ({}) };

  constructor() {
    addEventListener('message', ({ source, data }) => {
      if (source === parent && data?.jsonrpc === '2.0') this.#take(data);
    });
  }

  /// Calls `seen` with the params of each notification of this method.
  on(method, seen) {
    this.#notified.set(method, seen);
  }

  /// Answers requests of this method with what `answer` gives.
  answer(method, answer) {
    this.#requests[method] = answer;
  }

  async open(appInfo) {
    const opened = await this.request('ui/initialize', {
      protocolVersion: kProtocol,
      appInfo,
      appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
    });
    this.context = opened.hostContext ?? {};
    this.capabilities = opened.hostCapabilities ?? {};
    this.notify('ui/notifications/initialized', {});
  }

  request(method, params) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  /// What a tool of governor answers.
  async tool(name, given = {}) {
    const result = await this.request('tools/call', { name, arguments: given });
    if (result.isError) throw new Error(result.content?.[0]?.text ?? `${name} was refused.`);
    return result;
  }

  #send(message) {
    // Whoever shows this is the only one who can be meant, and its origin is not known.
    parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }

  #take({ id, method, params, result, error }) {
    if (method === undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message ?? 'The client refused.'));
      else waiting?.resolve(result);
    } else if (id === undefined) {
      this.#notified.get(method)?.(params ?? {});
    } else {
      const answer = this.#requests[method];
      if (answer) this.#send({ id, result: answer(params ?? {}) });
      else this.#send({ id, error: { code: kUnknownMethod, message: `There is no ${method} here.` } });
    }
  }
}
