import assert from 'node:assert/strict';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong } from './lib/deadlines.mjs';
import { Gateway } from './lib/gateway.mjs';
import { initializeParams, kCapabilitiesKey, kModern, modernMeta } from './lib/mcp.mjs';

// The extension MCP Apps: who is offered the view, and what it is; how it looks is in app_view_browser.test.mjs.

const kUri = 'ui://governor/fleet';
const kType = 'text/html;profile=mcp-app';
const kShows = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [kType] } } };
const kOther = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/uri-list'] } } };

const world = new World();

async function legacy(capabilities, args) {
  const client = world.proxied('host', { args });
  const { result } = await client.request(
    'initialize',
    { ...initializeParams('2025-11-25'), capabilities },
    kLong,
  );
  assert.equal(result.protocolVersion, '2025-11-25');
  await client.notify('notifications/initialized');
  return client;
}

const fleetTool = (listed) => listed.tools.find(({ name }) => name === 'show_fleet');

test('a client that shows views is offered the tool with its view, in every profile', async () => {
  const client = await legacy(kShows, []);
  const { result } = await client.request('tools/list');
  assert.deepEqual(fleetTool(result)._meta, { ui: { resourceUri: kUri } });
  assert.ok(result.tools.every(({ name, _meta }) => name === 'show_fleet' || _meta === undefined));
});

test('a client that shows none has a tool without it, and only where it asks for more tools', async () => {
  for (const capabilities of [{}, kOther]) {
    const core = (await (await legacy(capabilities, [])).request('tools/list')).result;
    assert.equal(fleetTool(core), undefined);
    const full = (await (await legacy(capabilities, ['--tools', 'full'])).request('tools/list')).result;
    assert.equal(fleetTool(full)._meta, undefined);
  }
});

test('what the tool answers is of its schema, and reads well as text', async () => {
  const client = await legacy(kShows, []);
  const { result: listed } = await client.request('tools/list');
  const { result } = await client.request('tools/call', { name: 'show_fleet', arguments: {} }, kLong);
  const valid = new Ajv2020({ strict: false }).compile(fleetTool(listed).outputSchema);
  assert.ok(valid(result.structuredContent), JSON.stringify(valid.errors));
  assert.match(result.content[0].text, /^governor is ok\. Nothing needs a person\./);
});

test('a request of 2026-07-28 says by itself whether it is shown', async () => {
  const client = world.proxied('modern', { args: [] });
  const list = async (capabilities) => {
    const _meta = modernMeta({ [kCapabilitiesKey]: capabilities });
    return (await client.request('tools/list', { _meta }, kLong)).result;
  };
  assert.equal(fleetTool(await list(kShows))._meta.ui.resourceUri, kUri);
  assert.equal(fleetTool(await list({})), undefined);
  const { result } = await client.requestIn(kModern, 'server/discover');
  assert.deepEqual(result.capabilities.extensions['io.modelcontextprotocol/ui'], { mimeTypes: [kType] });
});

test('the view is one page that needs nothing else', async () => {
  const client = await legacy({}, []);
  const { result } = await client.request('resources/read', { uri: kUri });
  assert.equal(result.contents.length, 1);
  const [{ uri, mimeType, text, _meta }] = result.contents;
  assert.deepEqual([uri, mimeType, _meta], [kUri, kType, { ui: { prefersBorder: true } }]);
  assert.ok(text.startsWith('<!doctype html>') && text.length < 100 * 1_024, `${text.length} bytes`);
  assert.doesNotMatch(text, /(src|href)=["']?(https?:)?\/\//);
});

test('it is the same over HTTP', async () => {
  const gateway = await Gateway.start(world);
  let session;
  const post = async (method, params, id) => {
    const { status, headers, text } = await gateway.request('/mcp', {
      method: 'POST',
      headers: {
        Authorization: gateway.bearer(),
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...(session && { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...(id && { id }), method, params }),
    });
    assert.ok(status < 300, `${method}: ${status} ${text}`);
    session ??= headers['mcp-session-id'];
    const data = text.split('\n').filter((line) => line.startsWith('data: {'));
    return text === '' ? null : JSON.parse(data.length > 0 ? data.at(-1).slice(6) : text).result;
  };
  await post('initialize', { ...initializeParams('2025-11-25'), capabilities: kShows }, 1);
  await post('notifications/initialized');
  assert.equal(fleetTool(await post('tools/list', {}, 2))._meta.ui.resourceUri, kUri);
  assert.equal((await post('resources/read', { uri: kUri }, 3)).contents[0].mimeType, kType);
  const called = await post('tools/call', { name: 'show_fleet', arguments: {} }, 4);
  assert.equal(called.structuredContent.overview.status, 'ok');
});

closeAsLastTest(world);
