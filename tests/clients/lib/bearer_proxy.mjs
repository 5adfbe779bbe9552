import { once } from 'node:events';
import http from 'node:http';

/// Stands before a gateway on a free port of 127.0.0.1 and adds the token to each request, for clients that cannot be
/// given one. Nothing else changes, but that Host and Origin, where they name this proxy, name the gateway: what they
/// say otherwise is for the gateway to refuse.
export class BearerProxy {
  #gateway;
  #server;

  static async start(gateway) {
    const proxy = new BearerProxy(gateway);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  constructor(gateway) {
    this.#gateway = gateway;
    this.#server = http.createServer((request, response) => this.#pass(request, response));
  }

  get #authority() {
    return `127.0.0.1:${this.#server.address().port}`;
  }

  url(query = '') {
    return `http://${this.#authority}/mcp${query}`;
  }

  #fieldsOf(request) {
    const fields = withoutConnection(request.rawHeaders).map(([name, value]) =>
      /^(host|origin)$/i.test(name)
        ? [name, value.replace(this.#authority, `127.0.0.1:${this.#gateway.port}`)]
        : [name, value],
    );
    return [...fields, ['Authorization', this.#gateway.bearer()]].flat();
  }

  #pass(request, response) {
    const passed = http.request({
      host: '127.0.0.1',
      port: this.#gateway.port,
      method: request.method,
      path: request.url,
      headers: this.#fieldsOf(request),
      agent: false,
    });
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode, withoutConnection(answer.rawHeaders).flat());
      response.flushHeaders();
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  }

  async close() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/// Pairs of name and value. Connection is about one of the two connections, not for the other.
function withoutConnection(raw) {
  return Array.from({ length: raw.length / 2 }, (_, at) => raw.slice(2 * at, 2 * at + 2)).filter(
    ([name]) => !/^connection$/i.test(name),
  );
}
