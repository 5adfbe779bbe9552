import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kHostByHand, sdkHost, serveHost } from './dashboard/app_host.mjs';
import { Browser } from './dashboard/browser.mjs';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong, until } from './lib/deadlines.mjs';

// The view of the fleet in a client's page: in a frame without any rights, with a host by hand and with that of the official package.

const world = new World({ config: { protected: ['/**/secret/**'] } });
const client = world.proxied('host');
let view;

async function call(params) {
  const { result, error } = await client.request('tools/call', params, kLong);
  assert.ok(!error, JSON.stringify(error));
  return result;
}

const ask = (reason) =>
  call({
    name: 'request_approval',
    arguments: { path: `${world.home}/secret/${reason.length}`, reason },
  });

test('there is something to show', async () => {
  await client.initialize('2025-11-25');
  await call({ name: 'register_agent', arguments: { agent_id: 'ada' } });
  await ask('the key is old');
  view = (await client.request('resources/read', { uri: 'ui://governor/fleet' })).result.contents[0].text;
});

async function looked(host, name) {
  const said = [];
  let called = 0;
  const browser = await Browser.open(world, 'about:blank');
  const { page } = browser;
  await page.exposeFunction('callTool', (params) => (++called, call(params)));
  await page.exposeFunction('said', (params) => void said.push(params));
  await page.exposeFunction('hostContext', () => ({
    theme: 'dark',
    styles: { variables: { '--color-text-primary': 'rgb(1, 2, 3)' } },
    containerDimensions: { maxHeight: 900 },
  }));
  await page.goto(await serveHost(world, host, view));
  const frame = await page.waitForFrame((one) => one.url().endsWith('/view'));
  const shows = (text) =>
    frame.waitForFunction((wanted) => document.body.innerText.includes(wanted), { polling: 20 }, text);

  await shows('the key is old');
  assert.equal(await frame.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assert.equal(await frame.evaluate(() => getComputedStyle(document.documentElement).color), 'rgb(1, 2, 3)');
  await browser.wait('it tells its size', () => document.querySelector('iframe').clientHeight > 200);
  await browser.picture(`${name}-dark`);

  const before = called;
  await ask(`another one, ${name}`);
  await frame.click('header button');
  await shows(`another one, ${name}`);
  assert.ok(called > before);

  await frame.click('li button');
  await until(kLong, 'the words are said', () => said.length > 0);
  assert.equal(said[0].role, 'user');
  assert.match(said[0].content[0].text, /^Governor says: .*What should I do/s);

  await page.evaluate(() =>
    window.notify('ui/notifications/host-context-changed', { theme: 'light', styles: { variables: {} } }),
  );
  await frame.waitForFunction(() => document.documentElement.dataset.theme === 'light', { polling: 20 });
  await browser.picture(`${name}-light`);
  const ended = await page.evaluate(() => window.ask('ui/resource-teardown', { reason: 'the end' }));
  assert.deepEqual(ended.result, {});
  assert.deepEqual(browser.problems, []);
}

test('in a client that does what the specification says', () => looked(kHostByHand, 'app'));

test('in a client with the official package', async (t) => {
  const host = await sdkHost();
  if (!host) return t.skip('@modelcontextprotocol/ext-apps or esbuild is not installed');
  return looked(host, 'app-sdk');
});

closeAsLastTest(world);
