import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong, stretched, until } from './lib/deadlines.mjs';
import { Gateway } from './lib/gateway.mjs';

// Logging out: who has a cookie from before gets nothing more, also from the next gateway; nobody else can log anybody out.

const kFeed = '/events?uri=governor%3A%2F%2Fagents';
const world = new World();
let gateway;

before(async () => {
  gateway = await Gateway.start(world);
  await (await gateway.browser()).session(); // the daemon runs
});

function logOut(browser, query = '', headers = {}) {
  return gateway.request(`/logout${query}`, {
    method: 'POST',
    headers: { Cookie: browser.cookie, 'X-Governor-CSRF': browser.csrf, ...headers },
  });
}

/// A browser that has read its CSRF token.
async function openBrowser() {
  const browser = await gateway.browser();
  browser.csrf = (await browser.session()).csrf;
  return browser;
}

/// Fails unless the cookie opens nothing.
async function assertOutside(browser) {
  const body = '{"jsonrpc":"2.0","id":1,"method":"governor/health"}';
  const csrf = { 'X-Governor-CSRF': browser.csrf };
  for (const answer of [
    await browser.get('/'),
    await browser.get('/api/session'),
    await browser.get('/metrics'),
    await browser.get(kFeed),
    await browser.post(body, csrf),
    await logOut(browser),
  ])
    assert.equal(answer.status, 401, answer.text);
}

const isInside = async (browser) => assert.equal((await browser.get('/api/session')).status, 200);

function control(...args) {
  const options = { env: world.environment(), timeout: stretched(kLong * 2) };
  return new Promise((resolve, reject) => {
    execFile(world.binary('governorctl'), args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(stdout + stderr));
      else resolve(JSON.parse(stdout));
    });
  });
}

async function audited(wanted) {
  return until(kLong, `the audit log says ${wanted}`, async () => {
    const { entries } = await control('audit', '--json', '--event', 'gateway_logout');
    return entries.find(({ detail }) => wanted.test(detail));
  });
}

describe('a browser that logs out', () => {
  test('gets nothing more with the cookie it had, and others go on', async () => {
    const one = await openBrowser();
    const other = await openBrowser();
    const answer = await logOut(one);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(JSON.parse(answer.text), { logged_out: 1 });
    assert.match(answer.headers['set-cookie'][0], /^governor_\d+=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/);
    await assertOutside(one);
    await isInside(other);
    await audited(/^1 browser logged out on the page, by governor-gateway with pid \d+$/);
  });

  test('is told of nothing more', async () => {
    const one = await openBrowser();
    const other = await openBrowser();
    const ended = await one.listen('governor://agents');
    const goesOn = await other.listen('governor://agents');
    for (const events of [ended, goesOn]) await events.find('hello', ({ event }) => event === 'hello');
    await logOut(one);
    let event;
    do event = await ended.next();
    while (event !== null);
    const agents = world.proxied('worker');
    await agents.requestIn('2026-07-28', 'tools/call', {
      name: 'process_agent_update',
      arguments: { agent_id: 'seen-by-others', complexity: 0.2 },
    });
    await goesOn.find('the others are told', ({ event: name }) => name === 'updated');
    goesOn.close();
  });

  test('with all others: every cookie is worth nothing', async () => {
    const all = [await openBrowser(), await openBrowser(), await openBrowser()];
    const answer = await logOut(all[0], '?everywhere=1');
    assert.ok(JSON.parse(answer.text).logged_out >= 3, answer.text);
    for (const browser of all) await assertOutside(browser);
    assert.equal(readFileSync(path.join(world.stateDir, 'gateway.browsers'), 'utf8'), '');
    await audited(new RegExp(`^${JSON.parse(answer.text).logged_out} browsers logged out on the page`));
  });
});

describe('who cannot log a browser out', () => {
  test('is whoever has only its cookie, comes from elsewhere, or is a program', async () => {
    const one = await openBrowser();
    const refused = async (status, headers, method = 'POST', query = '') => {
      const options = { method, headers: { Cookie: one.cookie, 'X-Governor-CSRF': one.csrf, ...headers } };
      const answer = await gateway.request(`/logout${query}`, options);
      assert.equal(answer.status, status, `${JSON.stringify(headers)} ${answer.text}`);
      await isInside(one);
    };
    for (const query of ['', '?everywhere=1']) {
      await refused(403, { 'X-Governor-CSRF': '' }, 'POST', query);
      await refused(403, { 'X-Governor-CSRF': 'x'.repeat(43) }, 'POST', query);
      await refused(403, { 'X-Governor-CSRF': (await openBrowser()).csrf }, 'POST', query);
      await refused(403, { Origin: 'http://evil.example' }, 'POST', query);
      await refused(403, { Host: 'evil.example' }, 'POST', query);
      await refused(403, { 'Sec-Fetch-Site': 'cross-site' }, 'POST', query);
      await refused(401, { Cookie: '' }, 'POST', query);
      await refused(401, { Cookie: '', Authorization: gateway.bearer() }, 'POST', query);
      await refused(405, {}, 'GET', query);
    }
  });
});

describe('governorctl dashboard --logout-all', () => {
  test('logs out all, and the gateway goes on with new links', async () => {
    const all = [await openBrowser(), await openBrowser()];
    assert.deepEqual(await control('dashboard', '--json', '--logout-all'), { logged_out: true, gateway: true });
    for (const browser of all) await assertOutside(browser);
    await audited(/^\d+ browsers logged out with governorctl/);
    await isInside(await openBrowser());
  });

  test('what a browser was before is gone with the gateway too, however that ends', async () => {
    const gone = await openBrowser();
    const stays = await openBrowser();
    await logOut(gone);
    process.kill(gateway.pid, 'SIGKILL');
    await gateway.ended;
    gateway = await Gateway.start(world, ['--port', String(gateway.port)]);
    await assertOutside(gone);
    await isInside(stays);
    await gateway.close();
    assert.deepEqual(await control('dashboard', '--json', '--logout-all'), { logged_out: true, gateway: false });
    gateway = await Gateway.start(world, ['--port', String(gateway.port)]);
    await assertOutside(stays);
  });
});

closeAsLastTest(world);
