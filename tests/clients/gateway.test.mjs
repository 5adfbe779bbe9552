import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { Gateway } from './lib/gateway.mjs';

// The page's side of the gateway: logging in, requests of a person, events, figures.

const world = new World({ survives: false });
let gateway;
let browser;

const updated = (uri) => (event) => event.event === 'updated' && JSON.parse(event.data).uri === uri;

before(async () => {
  gateway = await Gateway.start(world);
  browser = await gateway.browser();
});

describe('logging in', () => {
  test('the secrets are for their owner alone', () => {
    for (const file of [
      path.join(world.runtimeDir, 'gateway.login'),
      path.join(world.runtimeDir, 'gateway.json'),
      path.join(world.stateDir, 'gateway.token'),
    ])
      assert.equal(statSync(file).mode & 0o777, 0o600, file);
  });

  test('the link opens once, and gives a cookie that scripts and other sites do not get', async () => {
    const token = gateway.loginToken();
    const first = await gateway.request(`/login?token=${token}`);
    assert.equal(first.status, 303);
    assert.equal(first.headers.location, '/');
    const [cookie] = first.headers['set-cookie'];
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/'])
      assert.ok(cookie.includes(attribute), `${attribute} is not in ${cookie}`);
    assert.equal((await gateway.request(`/login?token=${token}`)).status, 403);
    assert.notEqual(gateway.loginToken(), token);
  });

  test('a browser that comes by a link of another page begins anew from here', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const { status, text, headers: got } = await gateway.request(`/login?token=${gateway.loginToken()}`, { headers });
    assert.equal(status, 200);
    assert.ok(got['set-cookie']);
    assert.match(text, /http-equiv="refresh" content="0;url=\/"/);
  });

  test('the page is served to who has logged in', async () => {
    const { status, headers, text } = await browser.get('/');
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^text\/html/);
    assert.match(text, /<title>governor/i);
    assert.equal((await gateway.request('/')).status, 401);
  });
});

describe('requests of a person', () => {
  test('the session says what the page needs', async () => {
    const session = await browser.session();
    assert.equal(typeof session.csrf, 'string');
    assert.equal(session.daemon.connected, true);
    assert.equal(session.daemon.pid, (await world.health()).pid);
    assert.match(session.daemon.version, /^\d+\.\d+\.\d+/);
  });

  test('requests of governor, tools and resources are carried out', async () => {
    assert.equal((await browser.ask('governor/health')).status, 'ok');
    const agents = await browser.ask('tools/call', { name: 'list_agents', arguments: {} });
    assert.deepEqual(agents.structuredContent.agents, []);
    const read = await browser.ask('resources/read', { uri: 'governor://leases' });
    assert.ok(JSON.parse(read.contents[0].text).leases);
    const file = path.join(world.home, 'secret.txt');
    const made = await browser.ask('governor/protect', { pattern: file, reason: 'a test' });
    assert.ok(made);
  });

  test('what the daemon refuses is answered as it says', async () => {
    await assert.rejects(browser.ask('governor/no_such_method', {}), { code: -32601 });
    await assert.rejects(browser.ask('governor/guard_write', {}), (error) => error.data.code === 'not_owner');
  });

  test('many at once get their own answers', async () => {
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        browser.ask('tools/call', { name: 'get_governance_metrics', arguments: { agent_id: `nobody-${index}` } }),
      ),
    );
    results.forEach((result, index) => assert.match(result.content[0].text, new RegExp(`nobody-${index}\\b`)));
  });

  test('without the CSRF token nothing is done', async () => {
    const body = { jsonrpc: '2.0', id: 1, method: 'governor/health' };
    assert.equal((await browser.post(body)).status, 403);
    assert.equal((await browser.post(body, { 'X-Governor-CSRF': 'x'.repeat(43) })).status, 403);
  });

  test('what is no request is refused', async () => {
    const { csrf } = await browser.session();
    const refused = async (body) => JSON.parse((await browser.post(body, { 'X-Governor-CSRF': csrf })).text).error.code;
    assert.equal(await refused('{'), 'bad_json');
    assert.equal(await refused('[]'), 'batch');
    assert.equal(await refused({ jsonrpc: '2.0', method: 'governor/health' }), 'no_request');
  });
});

describe('figures', () => {
  test('metrics are OpenMetrics, for a browser and for who has the token', async () => {
    for (const headers of [{ Cookie: browser.cookie }, { Authorization: gateway.bearer() }]) {
      const { status, text, headers: got } = await gateway.request('/metrics', { headers });
      assert.equal(status, 200);
      assert.match(got['content-type'], /^application\/openmetrics-text/);
      assert.match(text, /^governor_up 1$/m);
      assert.match(text, /^governor_health\{governor_health="ok"\} 1$/m);
      assert.ok(text.endsWith('# EOF\n'));
    }
    assert.equal((await gateway.request('/metrics')).status, 401);
  });

  test('health says only that it serves', async () => {
    assert.equal((await gateway.request('/health')).text, '{"status":"ok"}');
  });
});

describe('events', () => {
  const agents = 'governor://agents';

  test('a change is told, and goes on being told when the daemon was killed', async () => {
    const events = await browser.listen(agents, 'governor://leases');
    try {
      await events.find('hello', ({ event }) => event === 'hello');
      const client = world.proxied('writer');
      await client.initialize('2025-11-25');
      await client.request('tools/call', { name: 'register_agent', arguments: { agent_id: 'ada' } });
      await events.find('the change', updated(agents));

      const { pid } = await world.health();
      process.kill(pid, 'SIGKILL');
      await until(kLong, `daemon ${pid} is dead`, () => !alive(pid));
      await events.find('the end', ({ event, data }) => event === 'daemon' && !JSON.parse(data).connected);
      await events.find('another daemon', ({ event, data }) => event === 'daemon' && JSON.parse(data).connected);
      await events.find('hello again', ({ event }) => event === 'hello');
      const session = await browser.session();
      assert.equal(session.daemon.connected, true);
      assert.notEqual(session.daemon.pid, pid);
      await client.request('tools/call', { name: 'register_agent', arguments: { agent_id: 'grace' } });
      await events.find('the next change', updated(agents));
      await client.channel.close();
    } finally {
      events.close();
    }
  });

  test('what is no resource of governor is refused', async () => {
    for (const query of ['', '?uri=file%3A%2F%2F%2Fetc%2Fpasswd', '?uri=%zz'])
      assert.equal((await browser.get(`/events${query}`)).status, 400, query);
  });
});

closeAsLastTest(world);
