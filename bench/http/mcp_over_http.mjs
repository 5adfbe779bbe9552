// How many updates a second, and how soon each is answered: over governor-proxy, and over HTTP in both eras of MCP, in one run.
// Closed loop: a client asks again when it was answered. node bench/http/mcp_over_http.mjs BIN_DIRECTORY [SECONDS] [CLIENTS...]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

const [binaries, seconds = '5', ...given] = process.argv.slice(2);
if (!binaries) {
  console.error('usage: node bench/http/mcp_over_http.mjs BIN_DIRECTORY [SECONDS] [CLIENTS...]');
  process.exit(2);
}
const kClients = given.length > 0 ? given.map(Number) : [1, 8, 64];
const kModern = '2026-07-28';
const kLegacy = '2025-11-25';
const kStart = 30_000;
// In milliseconds. A client that waits longer, or a process that ends later, is a failure of what is measured.
const kAnswer = 30_000;
const kEnd = 15_000;

const root = mkdtempSync(path.join(os.tmpdir(), 'gov-http-'));
const environment = {
  PATH: process.env.PATH,
  HOME: root,
  GOVERNOR_RUNTIME_DIR: path.join(root, 'run'),
  GOVERNOR_STATE_DIR: path.join(root, 'state'),
  GOVERNOR_CONFIG: path.join(root, 'none.json'),
  GOVERNOR_DAEMON: path.resolve(binaries, 'governord'),
};
const children = [];

function start(name, args, stdio) {
  const child = spawn(path.resolve(binaries, name), args, { env: environment, stdio });
  children.push(child);
  return child;
}

/// What `promise` gives, or an error that names `what`.
async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const client = (number) => ({ name: `client-${number}`, version: '1.0.0' });

/// A client over a proxy of its own: {call, close}.
async function proxied(number) {
  const child = start('governor-proxy', ['--tools', 'full'], ['pipe', 'pipe', 'inherit']);
  const waiting = new Map();
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  let next = 0;
  const ask = (method, params) => {
    const answer = new Promise((resolve) => {
      const id = ++next;
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
    return within(kAnswer, `${method} over the proxy`, answer);
  };
  await ask('initialize', { protocolVersion: kLegacy, capabilities: {}, clientInfo: client(number) });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  return { ask: (params) => ask('tools/call', params), close: () => child.stdin.end() };
}

/// A client over HTTP with one connection that is kept: {ask, close}.
async function overHttp(number, place, isModern) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  let session;
  let next = 0;
  const post = (method, params, isRequest = true, name = '') => {
    const answer = new Promise((resolve, reject) => {
      const _meta = isModern && {
        'io.modelcontextprotocol/protocolVersion': kModern,
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': client(number),
      };
      const body = JSON.stringify({
        jsonrpc: '2.0',
        ...(isRequest && { id: ++next }),
        method,
        params: { ...params, ...(_meta && { _meta }) },
      });
      const headers = {
        Authorization: place.bearer,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'Content-Length': Buffer.byteLength(body),
        ...(session && { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': kLegacy }),
        ...(isModern && { 'MCP-Protocol-Version': kModern, 'Mcp-Method': method, 'Mcp-Name': name }),
      };
      const options = { host: '127.0.0.1', port: place.port, path: '/mcp?tools=full', method: 'POST', headers, agent };
      const request = http.request(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('end', () => {
          session ??= response.headers['mcp-session-id'];
          if (response.statusCode >= 300) return reject(new Error(`${method}: ${response.statusCode} ${text}`));
          const events = text.split('\n').filter((line) => line.startsWith('data: {'));
          return resolve(text === '' ? null : JSON.parse(events.length > 0 ? events.at(-1).slice(6) : text));
        });
      });
      request.on('error', reject);
      request.end(body);
    });
    return within(kAnswer, `${method} over HTTP`, answer);
  };
  if (!isModern) {
    await post('initialize', { protocolVersion: kLegacy, capabilities: {}, clientInfo: client(number) });
    await post('notifications/initialized', {}, false);
  }
  return { ask: (params) => post('tools/call', params, true, params.name), close: () => agent.destroy() };
}

async function measure(count, open) {
  const clients = await Promise.all(Array.from({ length: count }, (_, i) => open(i)));
  const times = [];
  const update = async (one, i) => {
    const began = performance.now();
    const given = { agent_id: `${open.label}-${count}-${i}`, complexity: 0.4, confidence: 0.8 };
    const { result, error } = await one.ask({ name: 'process_agent_update', arguments: given });
    if (error || result.isError) throw new Error(JSON.stringify(error ?? result.content));
    return performance.now() - began;
  };
  await Promise.all(clients.map(update)); // the first makes the agent
  const began = performance.now();
  const end = began + Number(seconds) * 1_000;
  await Promise.all(
    clients.map(async (one, i) => {
      while (performance.now() < end) times.push(await update(one, i));
    }),
  );
  const took = (performance.now() - began) / 1_000;
  clients.forEach((one) => one.close());
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(2);
  console.log(
    `| ${open.title} | ${count} | ${Math.round(times.length / took)} | ${at(0.5)} | ${at(0.99)} |`,
  );
}

async function started() {
  start('governor-gateway', ['--foreground', '--port', '0'], ['ignore', 'ignore', 'inherit']);
  const record = path.join(environment.GOVERNOR_RUNTIME_DIR, 'gateway.json');
  const token = path.join(environment.GOVERNOR_STATE_DIR, 'gateway.token');
  const end = Date.now() + kStart;
  while (!existsSync(record) || !existsSync(token)) {
    if (Date.now() > end) throw new Error('the gateway did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port: JSON.parse(readFileSync(record, 'utf8')).port,
    bearer: `Bearer ${readFileSync(token, 'utf8').trim()}`,
  };
}

/// Waits until it has ended, by itself or because it is told to. What does not is killed, and that is an error.
async function ended(child, isTold) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  if (isTold) child.kill('SIGTERM');
  try {
    await within(kEnd, `the end of ${child.spawnfile}`, exit);
  } catch (error) {
    child.kill('SIGKILL');
    await within(kEnd, `the end of ${child.spawnfile}, killed`, exit);
    throw error;
  }
}

try {
  await (await proxied('first')).close(); // starts the daemon
  const place = await started();
  const ways = [
    Object.assign((i) => proxied(i), { label: 'p', title: `proxy, ${kLegacy}` }),
    Object.assign((i) => overHttp(i, place, false), { label: 'h', title: `HTTP, ${kLegacy}` }),
    Object.assign((i) => overHttp(i, place, true), { label: 'm', title: `HTTP, ${kModern}` }),
  ];
  console.log('| | clients | updates/s | median ms | 99 % ms |\n| --- | --- | --- | --- | --- |');
  for (const count of kClients) for (const way of ways) await measure(count, way);
} finally {
  // The gateway first: it would start the daemon again.
  const ends = await Promise.allSettled(children.map((child) => ended(child, true)));
  ends.push(...(await Promise.allSettled([ended(start('governorctl', ['stop'], ['ignore', 'ignore', 'inherit']), false)])));
  rmSync(root, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  for (const { reason } of ends.filter(({ status }) => status === 'rejected')) {
    console.error(reason.message);
    process.exitCode = 1;
  }
}
