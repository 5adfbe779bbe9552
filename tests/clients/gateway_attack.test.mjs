import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong, until, within } from './lib/deadlines.mjs';
import { Gateway } from './lib/gateway.mjs';
import { SlowClients } from './lib/slow_clients.mjs';

// Who is not let in, and what harm can be done from outside: none.

const kSlow = 10_000;
const kFlood = kLong * 2;

const world = new World();
let gateway;
let browser;

before(async () => {
  gateway = await Gateway.start(world);
  browser = await gateway.browser();
  await browser.session(); // the daemon runs
});

/// Fails if a response tells anything of what is inside.
function assertTellsNothing({ text, headers }) {
  for (const secret of [gateway.bearer().slice(7), gateway.loginToken(), world.home])
    assert.ok(!text.includes(secret) && !JSON.stringify(headers).includes(secret), text);
  for (const name of Object.keys(headers)) assert.ok(!name.startsWith('access-control-'), name);
}

async function assertRefused(status, target, options) {
  const response = await gateway.request(target, options);
  assert.equal(response.status, status, `${target} ${JSON.stringify(options)}: ${response.text}`);
  assert.ok(JSON.parse(response.text).error.message.length > 10);
  assertTellsNothing(response);
}

/// Sends bytes, and gives all that comes back until the connection ends.
async function exchange(bytes) {
  const socket = net.connect(gateway.port, '127.0.0.1');
  let text = '';
  socket.on('data', (part) => (text += part.toString('latin1')));
  socket.on('error', () => {});
  socket.write(bytes);
  await within(kLong, 'the connection ends', once(socket, 'close'));
  return text;
}

const kApi = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: '{"jsonrpc":"2.0","id":1,"method":"governor/health"}',
};
const withFields = (headers) => ({ ...kApi, headers: { ...kApi.headers, ...headers } });

describe('who is not let in', () => {
  test('under another name, as a page elsewhere would have it', async () => {
    const { csrf } = await browser.session();
    const whole = { Cookie: browser.cookie, 'X-Governor-CSRF': csrf, Authorization: gateway.bearer() };
    for (const host of ['evil.example', `evil.example:${gateway.port}`, 'localhost', `127.0.0.1:${gateway.port + 1}`]) {
      for (const target of ['/', '/health', '/metrics', '/api/session', `/login?token=${gateway.loginToken()}`])
        await assertRefused(403, target, { headers: { ...whole, Host: host } });
      await assertRefused(403, '/api', withFields({ ...whole, Host: host }));
      await assertRefused(403, '/mcp', withFields({ ...whole, Host: host }));
    }
    // The token was not used up by them.
    assert.equal((await gateway.request(`/login?token=${gateway.loginToken()}`)).status, 303);
  });

  test('from a page of another origin', async () => {
    const { csrf } = await browser.session();
    const whole = { Cookie: browser.cookie, 'X-Governor-CSRF': csrf, Authorization: gateway.bearer() };
    for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${gateway.port}`, 'http://127.0.0.1:1']) {
      await assertRefused(403, '/api', withFields({ ...whole, Origin: origin }));
      await assertRefused(403, '/mcp', withFields({ ...whole, Origin: origin }));
      await assertRefused(403, '/events?uri=governor%3A%2F%2Fagents', { headers: { ...whole, Origin: origin } });
    }
    const own = await gateway.request('/api', withFields({ ...whole, Origin: gateway.url }));
    assert.equal(own.status, 200);
    for (const method of ['OPTIONS', 'PUT', 'TRACE'])
      await assertRefused(405, '/api', { method, headers: { ...whole, Origin: gateway.url } });
  });

  test('without a token, with a wrong one, or with the wrong kind', async () => {
    await assertRefused(401, '/', {});
    await assertRefused(401, '/api/session', { headers: { Cookie: `governor_${gateway.port}=${'x'.repeat(43)}` } });
    await assertRefused(401, '/events?uri=governor%3A%2F%2Fagents', {});
    await assertRefused(401, '/metrics', { headers: { Authorization: 'Bearer x' } });
    await assertRefused(401, '/mcp', kApi);
    await assertRefused(401, '/mcp', withFields({ Authorization: `Bearer ${'x'.repeat(43)}` }));
    await assertRefused(401, '/mcp', withFields({ Cookie: browser.cookie }));
    await assertRefused(401, '/api', withFields({ Authorization: gateway.bearer() }));
    await assertRefused(403, '/api', withFields({ Cookie: browser.cookie }));
    await assertRefused(403, `/login?token=${gateway.bearer().slice(7)}`, {});
    await assertRefused(403, '/login', {});
  });

  test('for files that are not of the page', async () => {
    for (const target of [
      '/assets/../../../../etc/passwd',
      '/assets/..%2f..%2f..%2fetc/passwd',
      '/assets/%2e%2e/%2e%2e/etc/passwd',
      '/assets//etc/passwd',
      '/assets/..\\..\\etc\\passwd',
      '/assets/%00',
    ])
      await assertRefused(404, target, { headers: { Cookie: browser.cookie } });
    for (const target of ['/etc/passwd', '/../etc/passwd', '//etc/passwd', '/gateway.token'])
      await assertRefused(404, target, { headers: { Cookie: browser.cookie } });
  });

  test('with a body that is not said to be JSON, as a form of another site would send it', async () => {
    const { csrf } = await browser.session();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      await assertRefused(415, '/api', withFields({ Cookie: browser.cookie, 'X-Governor-CSRF': csrf, 'Content-Type': type }));
  });
});

describe('requests that are no good', () => {
  const head = () => `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n`;
  const authorized = () => `${head()}Authorization: ${gateway.bearer()}\r\nContent-Type: application/json\r\n`;

  test('framing that two readers could understand in two ways is refused, and nothing after it is read', async () => {
    const hidden = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n\r\n`;
    for (const framing of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
      'Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
      'Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde',
      'Content-Length: 5, 6\r\n\r\nabcdef',
      'Content-Length: -1\r\n\r\n',
      'Content-Length: +5\r\n\r\nabcde',
      'Content-Length: 0x5\r\n\r\nabcde',
      'Content-Length: 5 5\r\n\r\nabcde',
      'Content-Length: \r\n\r\n',
      'Content-Length: 99999999999999999999\r\n\r\n',
      'Transfer-Encoding: chunked\r\n\r\nzz\r\n',
      'Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n',
      'Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n',
      'Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n',
      'Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n',
      'Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\x00b\r\n\r\n',
      'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: identity\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: chun\r\n ked\r\n\r\n0\r\n\r\n',
      'Content-Length : 0\r\n\r\n',
      'Content-Length: 0\r\n X: folded\r\n\r\n',
      'X: a\x00b\r\n\r\n',
      'X: a\rContent-Length: 5\r\n\r\n',
      'X: a\nContent-Length: 5\n\n',
      'X: a\n\n',
      'X\x7fY: a\r\n\r\n',
      'no colon\r\n\r\n',
    ]) {
      const text = await exchange(authorized() + framing + hidden);
      const answers = text.match(/HTTP\/1\.1 \d+/g) ?? [];
      assert.ok(answers.length <= 1, `${framing}: ${text}`);
      assert.ok(answers.every((line) => / (400|413|501)$/.test(line)), `${framing}: ${text}`);
    }
  });

  test('what one reader could take for a request and another for a part of a body is never carried out', async () => {
    const smuggled = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n\r\n`;
    const message = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    const size = message.length.toString(16);
    for (const framing of [
      // Within the length that is said it is a body, and the only answer is to that.
      `Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      `Transfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
      // Extensions and trailers are allowed, and mean nothing here.
      `Transfer-Encoding: chunked\r\n\r\n${size};a=b;c="d"\r\n${message}\r\n0;x\r\n\r\n`,
      `Transfer-Encoding: chunked\r\n\r\n${size}\r\n${message}\r\n0\r\nContent-Length: 3\r\nHost: evil.example\r\n\r\n`,
      `Transfer-Encoding: Chunked\r\n\r\n${size}\r\n${message}\r\n0\r\n\r\n`,
      // A field that goes on in the next line is one field.
      `X: a\r\n\tContent-Length: 3\r\nContent-Length: ${message.length}\r\n\r\n${message}`,
    ]) {
      const text = await exchange(`${authorized()}Connection: close\r\n${framing}`);
      assert.equal((text.match(/HTTP\/1\.1 \d+/g) ?? []).length, 1, `${framing}: ${text}`);
      assert.doesNotMatch(text, /"status":"ok"/);
      assert.match(text, /^HTTP\/1\.1 4\d\d /);  // no session was begun
    }
  });

  test('what is no HTTP/1.1 is refused', async () => {
    assert.match(await exchange('GET / HTTP/1.0\r\nHost: localhost\r\n\r\n'), /^HTTP\/1\.1 505 /);
    assert.match(await exchange('\x16\x03\x01\x02\x00\r\n\r\n'), /^(HTTP\/1\.1 400 |$)/);
    assert.match(await exchange('GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n'), /^HTTP\/1\.1 40[03] /);
    assert.match(await exchange('GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 403 /);
    const host = `Host: 127.0.0.1:${gateway.port}\r\n`;
    assert.match(await exchange(`GET / HTTP/1.1\r\n${host}${host}\r\n`), /^HTTP\/1\.1 40[03] /);
  });

  test('headers and bodies that are too large are refused before they are read', async () => {
    assert.match(await exchange(`${authorized()}X: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
    const many = Array.from({ length: 200 }, (_, index) => `X-${index}: 1\r\n`).join('');
    assert.match(await exchange(`${authorized()}${many}\r\n`), /^HTTP\/1\.1 431 /);
    assert.match(await exchange(`${authorized()}Content-Length: 8388609\r\n\r\n`), /^HTTP\/1\.1 413 /);
    // Of one that is not let in nothing of the body is waited for.
    assert.match(await exchange(`${head()}Content-Type: application/json\r\nContent-Length: 8000000\r\n\r\n`), /^HTTP\/1\.1 401 /);
    const chunk = `40000\r\n${'x'.repeat(0x40000)}\r\n`;
    assert.match(await exchange(`${authorized()}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(34)}`), /^(HTTP\/1\.1 413 |$)/);
  });
});

describe('clients that are slow', () => {
  test('10,000 of them keep nobody out, and are gone in bounded time', async () => {
    const began = Date.now();
    // An open page keeps its connection.
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    let connections = 0;
    agent.createConnection = (...args) => (++connections, net.createConnection(...args));
    const page = async () =>
      assert.equal((await gateway.request('/api/session', { agent, headers: { Cookie: browser.cookie } })).status, 200);
    await page();
    const slow = new SlowClients(gateway.port, kSlow);
    try {
      let served = 0;
      let missed = 0;
      await until(kFlood, 'all slow clients have come', async () => {
        await page();
        // Who comes new may have to give way until it has said something.
        const answered = await gateway.request('/health').catch(() => null);
        if (answered) assert.equal(answered.status, 200);
        answered ? ++served : ++missed;
        const { connected, failed } = slow.counts;
        return connected + failed >= kSlow;
      });
      console.log(`${JSON.stringify(slow.counts)} after ${Date.now() - began} ms; ${served} served, ${missed} missed`);
      assert.ok(served > 0, `${served} served, ${missed} missed`);
      assert.ok(slow.counts.failed < kSlow / 10, JSON.stringify(slow.counts));
      assert.equal((await browser.ask('governor/health')).status, 'ok');
      await until(kFlood, 'the slow connections are closed', () => slow.counts.closed >= slow.counts.connected);
      await page();
      assert.equal(connections, 1);
      console.log(`all gone after ${Date.now() - began} ms`);
    } finally {
      agent.destroy();
      await slow.end();
    }
  });

  test('one that sends its body byte by byte is dropped', async () => {
    const request = http.request({
      host: '127.0.0.1',
      port: gateway.port,
      path: '/mcp',
      method: 'POST',
      headers: { Authorization: gateway.bearer(), 'Content-Type': 'application/json', 'Content-Length': 1000 },
      agent: false,
    });
    const ended = new Promise((resolve) => {
      request.on('error', resolve);
      request.on('close', resolve);
      request.on('response', (response) => response.resume().on('end', resolve));
    });
    request.write('{');
    await within(kLong * 2, 'the slow body is given up', ended);
    request.destroy();
    assert.equal((await gateway.request('/health')).status, 200);
  });
});

test('refusals are in the log, without secrets', async () => {
  // It writes to standard error here; what matters is that the daemon was not harmed, and knows nobody new.
  const health = await world.health();
  assert.equal(health.status, 'ok');
  assert.doesNotMatch(readFileSync(path.join(world.stateDir, 'governor.log'), 'utf8'), new RegExp(gateway.bearer().slice(7)));
});

test('all of it has made few entries in the audit log, none with a secret, and the chain is intact', async () => {
  const args = { event: 'gateway_refused', limit: 500 };
  let text = '';
  for (const code of ['wrong_host', 'wrong_origin', 'no_token', 'wrong_token', 'unclear_length', 'gave_way', 'too_slow'])
    await until(kLong, `${code} is told of`, async () => {
      const { structuredContent } = await browser.ask('tools/call', { name: 'query_audit_log', arguments: args });
      text = JSON.stringify(structuredContent.entries);
      assert.ok(structuredContent.count < 200, `${structuredContent.count} entries`);
      return text.includes(code);
    });
  assert.ok(!text.includes(gateway.bearer().slice(7)));
  assert.equal((await browser.ask('governor/audit_verify')).ok, true);
});

closeAsLastTest(world);
