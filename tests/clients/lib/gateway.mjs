import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { kLong, until, within } from './deadlines.mjs';
import { SseReader } from './sse_reader.mjs';

/// A governor-gateway of a world's own, on a free port.
export class Gateway {
  #child;
  #world;

  static async start(world, args = ['--port', '0']) {
    const gateway = new Gateway(world, args);
    world.atEnd(() => gateway.close());
    await until(kLong, 'the gateway serves', () => gateway.#serves());
    return gateway;
  }

  constructor(world, args) {
    this.#world = world;
    this.#child = spawn(world.binary('governor-gateway'), ['--foreground', ...args], {
      env: world.environment(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.ended = once(this.#child, 'exit');
  }

  get pid() {
    return this.#child.pid;
  }

  #serves() {
    if (this.#child.exitCode !== null) throw new Error(`the gateway has ended with ${this.#child.exitCode}`);
    const file = path.join(this.#world.runtimeDir, 'gateway.json');
    if (!existsSync(file)) return false;
    const record = JSON.parse(readFileSync(file, 'utf8'));
    this.port = record.port;
    this.url = `http://127.0.0.1:${record.port}`;
    return record.pid === this.pid;
  }

  loginToken() {
    return readFileSync(path.join(this.#world.runtimeDir, 'gateway.login'), 'utf8').trim();
  }

  bearer() {
    return `Bearer ${readFileSync(path.join(this.#world.stateDir, 'gateway.token'), 'utf8').trim()}`;
  }

  mcpUrl(query = '') {
    return new URL(`${this.url}/mcp${query}`);
  }

  /// A request with any header fields, Host included: {status, headers, text}.
  request(target, { method = 'GET', headers = {}, body, ...more } = {}) {
    const answer = new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, path: target, method, headers, agent: false, ...more };
      const request = http.request(options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });
    return within(kLong, `${method} ${target}`, answer);
  }

  /// A browser that has used the link.
  async browser() {
    const { status, headers } = await this.request(`/login?token=${this.loginToken()}`);
    if (status !== 303) throw new Error(`logging in: ${status}`);
    return new Browser(this, headers['set-cookie'][0].split(';')[0]);
  }

  /// Ends it in order.
  async close() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const [code] = await within(kLong, 'the gateway ends', this.ended);
    if (code !== 0) throw new Error(`the gateway ended with ${code}`);
  }
}

/// What the page does.
export class Browser {
  #next = 1;

  constructor(gateway, cookie) {
    this.gateway = gateway;
    this.cookie = cookie;
  }

  get(target) {
    return this.gateway.request(target, { headers: { Cookie: this.cookie } });
  }

  async session() {
    return JSON.parse((await this.get('/api/session')).text);
  }

  post(body, headers = {}) {
    return this.gateway.request('/api', {
      method: 'POST',
      headers: { Cookie: this.cookie, 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /// The result of a request.
  async ask(method, params) {
    this.csrf ??= (await this.session()).csrf;
    const id = this.#next++;
    const { status, text } = await this.post({ jsonrpc: '2.0', id, method, params }, { 'X-Governor-CSRF': this.csrf });
    if (status !== 200) throw new Error(`${method}: ${status} ${text}`);
    const answer = JSON.parse(text);
    if (answer.id !== id) throw new Error(`an answer to another request: ${text}`);
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.result;
  }

  listen(...uris) {
    const query = uris.map((uri) => `uri=${encodeURIComponent(uri)}`).join('&');
    return SseReader.open(`${this.gateway.url}/events?${query}`, { headers: { Cookie: this.cookie } });
  }
}
