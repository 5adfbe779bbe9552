import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong, kShort, stretched, within } from './lib/deadlines.mjs';
import { Gateway } from './lib/gateway.mjs';

// Who is not let in, and what harm can be done from outside: none.

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
      'Content-Length: -1\r\n\r\n',
      'Content-Length: 99999999999999999999\r\n\r\n',
      'Transfer-Encoding: chunked\r\n\r\nzz\r\n',
      'Content-Length : 0\r\n\r\n',
      'X: a\x00b\r\n\r\n',
    ]) {
      const text = await exchange(authorized() + framing + hidden);
      const answers = text.match(/HTTP\/1\.1 \d+/g) ?? [];
      assert.ok(answers.length <= 1, `${framing}: ${text}`);
      assert.ok(answers.every((line) => / (400|413|501)$/.test(line)), `${framing}: ${text}`);
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
  test('500 of them keep nobody out, and are gone in bounded time', async () => {
    const sockets = Array.from({ length: 500 }, (_, index) => {
      const socket = net.connect(gateway.port, '127.0.0.1');
      socket.on('error', () => {});
      // Half of them begin a request that they do not end.
      if (index % 2 === 0) socket.write('GET /health HTTP/1.1\r\nHost: ');
      return { socket, closed: once(socket, 'close') };
    });
    try {
      const began = Date.now();
      for (let i = 0; i < 5; ++i) assert.equal((await gateway.request('/health')).status, 200);
      assert.equal((await browser.ask('governor/health')).status, 'ok');
      await within(kLong, 'the slow connections are closed', Promise.all(sockets.map(({ closed }) => closed)));
      assert.ok(Date.now() - began < stretched(kLong));
    } finally {
      for (const { socket } of sockets) socket.destroy();
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

closeAsLastTest(world);
