import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { closeAsLastTest, World } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, stretched, until, within } from './lib/deadlines.mjs';
import { Gateway } from './lib/gateway.mjs';
import {
  initializeParams,
  kClientInfo,
  kInvalidParams,
  kLegacy,
  kMethodNotFound,
  kModern,
  kUnsupportedVersion,
  kVersionKey,
  modernMeta,
} from './lib/mcp.mjs';
import { SseReader } from './lib/sse_reader.mjs';
import { kTools } from './lib/tool_calls.mjs';
import { assertStored, assertWithoutGapOrRepeat, updateManyTimes } from './lib/updates.mjs';

// MCP over Streamable HTTP, by the official clients and by hand.

const kHttp = kLegacy.filter((revision) => revision >= '2025-03-26');
const kBoth = 'application/json, text/event-stream';
const kHeaderMismatch = -32020;
const world = new World({ survives: false, config: { protected: ['/**/core/**'] } });
let gateway;

before(async () => {
  gateway = await Gateway.start(world);
});

const requestInit = () => ({ headers: { Authorization: gateway.bearer() } });

/// POSTs by hand.
function post(message, headers = {}, query = '') {
  return gateway.request(`/mcp${query}`, {
    method: 'POST',
    headers: { Authorization: gateway.bearer(), 'Content-Type': 'application/json', Accept: kBoth, ...headers },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });
}

async function beginSession(revision) {
  const begun = await post({ jsonrpc: '2.0', id: 0, method: 'initialize', params: initializeParams(revision) });
  assert.equal(begun.status, 200, begun.text);
  const headers = { 'Mcp-Session-Id': begun.headers['mcp-session-id'], 'MCP-Protocol-Version': revision };
  const noted = await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  assert.equal(noted.status, 202);
  assert.equal(noted.text, '');
  return headers;
}

async function connect1(query = '?tools=full', revision = null, options = {}, prepare = () => {}) {
  const transport = new Transport1(gateway.mcpUrl(query), { requestInit: requestInit() });
  if (revision) {
    const send = transport.send.bind(transport);
    transport.send = (message, options) =>
      send(
        message.method === 'initialize'
          ? { ...message, params: { ...message.params, protocolVersion: revision } }
          : message,
        options,
      );
  }
  const client = new Client1(kClientInfo, options);
  prepare(client);
  const problems = [];
  client.onerror = (error) => problems.push(error);
  await within(kLong, 'the client connects', client.connect(transport));
  world.atEnd(() => client.close());
  return { client, transport, problems };
}

async function connect2(options = {}, prepare = () => {}) {
  const client = new Client2(kClientInfo, { ...options, versionNegotiation: { mode: { pin: kModern } } });
  prepare(client);
  const problems = [];
  client.onerror = (error) => problems.push(error);
  const transport = new Transport2(gateway.mcpUrl('?tools=full'), { requestInit: requestInit() });
  await within(kLong, 'the client connects', client.connect(transport));
  world.atEnd(() => client.close());
  return { client, problems };
}

for (const revision of kHttp) {
  describe(`the 1.x client in ${revision}`, () => {
    let one;
    before(async () => {
      one = await connect1('?tools=full', revision);
    });

    test('tools are listed and called', async () => {
      assert.equal(one.client.getServerVersion().name, 'governor');
      const { tools } = await one.client.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), [...kTools].sort());
      const call = (name, given) => one.client.callTool({ name, arguments: given });
      const numbers = await updateManyTimes(call, `http-${revision}`, 20, 4);
      assertWithoutGapOrRepeat(numbers);
      await assert.rejects(call('no_such_tool', {}), { code: kInvalidParams });
    });

    test('a change is told to who has subscribed', async () => {
      const uri = `governor://agents/told-${revision}`;
      const told = new Promise((resolve) => {
        one.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
          if (params.uri === uri) resolve();
        });
      });
      await one.client.subscribeResource({ uri });
      await one.client.callTool({ name: 'process_agent_update', arguments: { agent_id: `told-${revision}` } });
      await within(kLong, 'the change is told', told);
    });

    test('the session ends when the client says so', async () => {
      const id = one.transport.sessionId;
      await one.transport.terminateSession();
      const headers = { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': revision };
      assert.equal((await post({ jsonrpc: '2.0', id: 9, method: 'ping' }, headers)).status, 404);
      await one.client.close();
      assert.deepEqual(one.problems.filter((error) => error.name !== 'AbortError' && !/abort/i.test(error.message)), []);
    });
  });
}

describe('the 2.x client in 2026-07-28', () => {
  let one;
  before(async () => {
    one = await connect2();
  });

  test('tools are listed and called', async () => {
    const found = await one.client.discover();
    assert.ok(found.supportedVersions.includes(kModern));
    const { tools } = await one.client.listTools();
    assert.deepEqual(tools.map((tool) => tool.name).sort(), [...kTools].sort());
    const call = (name, given) => one.client.callTool({ name, arguments: given });
    assertWithoutGapOrRepeat(await updateManyTimes(call, 'http-modern', 20, 4));
    await assert.rejects(call('no_such_tool', {}), { code: kInvalidParams });
  });

  test('a stream is acknowledged, tells of a change, and ends', async () => {
    const uri = 'governor://agents/streamed';
    const told = new Promise((resolve) => {
      one.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
        if (params.uri === uri) resolve();
      });
    });
    const subscription = await within(kLong, 'it opens', one.client.listen({ resourceSubscriptions: [uri] }));
    await one.client.callTool({ name: 'process_agent_update', arguments: { agent_id: 'streamed' } });
    await within(kLong, 'the change is told', told);
    await subscription.close();
    await until(kLong, 'the daemon has no stream any more', async () => {
      const direct = await world.direct('status');
      const { result } = await direct.request('governor/status');
      await direct.channel.close();
      return result.subscriptions === 0;
    });
  });

  test('the client saw nothing that it could not understand', () => assert.deepEqual(one.problems, []));
});

describe('a person is asked in the client', () => {
  const yes = { action: 'accept', content: { decision: 'approve' } };

  async function writeWhatIsProtected(call, name) {
    const directory = path.join(world.home, name, 'core');
    mkdirSync(directory, { recursive: true });
    const file = path.join(realpathSync(directory), 'a.cpp');
    const { structuredContent } = await call('request_write', { paths: [file] });
    const result = await call('commit_file', { path: file, content: 'new\n', lease: structuredContent.lease });
    assert.ok(!result.isError, JSON.stringify(result));
    assert.equal(readFileSync(file, 'utf8'), 'new\n');
  }

  for (const revision of ['2025-06-18', '2025-11-25']) {
    test(`by a message of the server in ${revision}`, async () => {
      let asked = 0;
      const { client } = await connect1('?tools=full', revision, { capabilities: { elicitation: {} } }, (one) =>
        one.setRequestHandler(ElicitRequestSchema, async () => {
          ++asked;
          return yes;
        }),
      );
      await writeWhatIsProtected((name, given) => client.callTool({ name, arguments: given }), `asked-${revision}`);
      assert.equal(asked, 1);
    });
  }

  test('by the answer in 2026-07-28', async () => {
    let asked = 0;
    const { client } = await connect2({ capabilities: { elicitation: { form: {} } } }, (one) =>
      one.setRequestHandler('elicitation/create', async () => {
        ++asked;
        return yes;
      }),
    );
    await writeWhatIsProtected((name, given) => client.callTool({ name, arguments: given }), 'asked-modern');
    assert.equal(asked, 1);
  });
});

describe('sessions by hand', () => {
  test('without a session only initialize is taken', async () => {
    assert.equal((await post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status, 400);
    assert.equal((await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { 'Mcp-Session-Id': 'x' })).status, 404);
    const headers = { Authorization: gateway.bearer(), Accept: 'text/event-stream' };
    assert.equal((await gateway.request('/mcp', { headers })).status, 400);
  });

  test('messages that are none are refused with their error', async () => {
    const codes = { '{': -32700, '[]': -32600, '[{"jsonrpc":"2.0","id":1,"method":"ping"}]': -32600, '1': -32600 };
    for (const [body, code] of Object.entries(codes)) {
      const { status, text } = await post(body);
      assert.equal(status, 400, body);
      assert.equal(JSON.parse(text).error.code, code, body);
    }
  });

  test('a revision that nobody speaks is refused', async () => {
    const headers = { ...(await beginSession('2025-11-25')), 'MCP-Protocol-Version': '1999-01-01' };
    assert.equal((await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, headers)).status, 400);
  });

  test('methods of governor itself are not for MCP clients', async () => {
    const headers = await beginSession('2025-11-25');
    const { text } = await post({ jsonrpc: '2.0', id: 1, method: 'governor/stop', params: {} }, headers);
    const answer = JSON.parse(text);
    assert.equal(answer.id, 1);
    assert.equal(answer.error.code, kMethodNotFound);
    assert.equal((await world.health()).status, 'ok');
  });

  test('an answer that was lost on the way is got by its event', async () => {
    const session = await beginSession('2025-11-25');
    const headers = { Authorization: gateway.bearer(), ...session };
    const call = { name: 'process_agent_update', arguments: { agent_id: 'resumed' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'lost', method: 'tools/call', params: call });
    const first = await SseReader.open(gateway.mcpUrl(), {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', Accept: kBoth },
      body,
    });
    const primed = await first.next();
    assert.equal(primed.data, '');
    first.close();
    const again = await SseReader.open(gateway.mcpUrl(), {
      headers: { ...headers, Accept: 'text/event-stream', 'Last-Event-ID': primed.id },
    });
    const answer = await again.next();
    assert.equal(JSON.parse(answer.data).id, 'lost');
    assert.equal(JSON.parse(answer.data).result.structuredContent.update, 1);
    assert.notEqual(answer.id, primed.id);
    assert.equal(await again.next(), null);
    const unknown = await gateway.request('/mcp', {
      headers: { ...headers, Accept: 'text/event-stream', 'Last-Event-ID': '99-1' },
    });
    assert.equal(unknown.status, 400);
  });

  test('two clients with the same ids get their own answers', async () => {
    const sessions = await Promise.all([beginSession('2025-11-25'), beginSession('2025-06-18')]);
    const answers = await Promise.all(
      sessions.map((headers, index) =>
        post(
          {
            jsonrpc: '2.0',
            id: 1,
            method: 'resources/read',
            params: { uri: index === 0 ? 'governor://leases' : 'governor://alerts' },
          },
          headers,
        ),
      ),
    );
    assert.equal(JSON.parse(answers[0].text).result.contents[0].uri, 'governor://leases');
    assert.equal(JSON.parse(answers[1].text).result.contents[0].uri, 'governor://alerts');
  });
});

describe('stateless requests by hand', () => {
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: modernMeta() } };
  const good = { 'MCP-Protocol-Version': kModern, 'Mcp-Method': 'tools/list' };

  test('fields must say what the request says', async () => {
    assert.equal((await post(list, good)).status, 200);
    for (const wrong of [
      {},
      { 'MCP-Protocol-Version': kModern },
      { 'Mcp-Method': 'tools/list' },
      { ...good, 'Mcp-Method': 'tools/call' },
      { ...good, 'MCP-Protocol-Version': '2025-11-25' },
    ]) {
      const { status, text } = await post(list, wrong);
      assert.equal(status, 400);
      assert.equal(JSON.parse(text).error.code, kHeaderMismatch);
      assert.equal(JSON.parse(text).id, 1);
    }
  });

  test('errors have their status', async () => {
    const unknown = { jsonrpc: '2.0', id: 'u', method: 'no/such', params: { _meta: modernMeta() } };
    const notFound = await post(unknown, { ...good, 'Mcp-Method': 'no/such' });
    assert.equal(notFound.status, 404);
    assert.equal(JSON.parse(notFound.text).error.code, kMethodNotFound);
    const old = { ...list, params: { _meta: modernMeta({ [kVersionKey]: '1900-01-01' }) } };
    const unsupported = await post(old, { ...good, 'MCP-Protocol-Version': '1900-01-01' });
    assert.equal(unsupported.status, 400);
    assert.equal(JSON.parse(unsupported.text).error.code, kUnsupportedVersion);
    assert.ok(JSON.parse(unsupported.text).error.data.supported.includes(kModern));
  });

  test('there are no sessions and no other methods', async () => {
    assert.equal((await post(list, { ...good, 'Mcp-Session-Id': 'x' })).status, 200);
    for (const method of ['GET', 'DELETE']) {
      const headers = { Authorization: gateway.bearer(), 'MCP-Protocol-Version': kModern };
      assert.equal((await gateway.request('/mcp', { method, headers })).status, 405);
    }
  });
});

describe('the daemon is killed under the gateway', () => {
  async function killTheDaemon() {
    const { pid } = await world.health();
    process.kill(pid, 'SIGKILL');
    await until(kLong, `daemon ${pid} is dead`, () => !alive(pid));
    await world.otherDaemon(pid);
  }

  async function updateThroughKills(call, agent) {
    const count = 90;
    const killNowAndThen = (answered) => (answered === 30 || answered === 60 ? killTheDaemon() : undefined);
    const numbers = await within(kLong * 4, 'the updates', updateManyTimes(call, agent, count, 4, killNowAndThen));
    assertWithoutGapOrRepeat(numbers);
    await assertStored(call, agent, count);
  }

  test('a session goes on, and every update is made once', async () => {
    const { client } = await connect1();
    const options = { timeout: stretched(kLong) };
    await updateThroughKills((name, given) => client.callTool({ name, arguments: given }, undefined, options), 'kill-1');
  });

  test('so do stateless requests', async () => {
    const { client } = await connect2();
    const options = { timeout: stretched(kLong) };
    await updateThroughKills((name, given) => client.callTool({ name, arguments: given }, options), 'kill-2');
  });
});

closeAsLastTest(world);
