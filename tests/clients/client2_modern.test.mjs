import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Client, ProtocolError, UnsupportedProtocolVersionError } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { assertEveryToolCalled } from './lib/coverage.mjs';
import { kClientInfo, kInvalidParams, kMethodNotFound, kModern, kVersionKey } from './lib/mcp.mjs';
import {
  askForAnAgentThatIsNot,
  callEveryTool,
  callWronglyAndReadTheError,
  kTools,
} from './lib/tool_calls.mjs';
import { assertValid } from './lib/validate.mjs';

// The official 2.x client in revision 2026-07-28.

const world = new World();
const recorders = [];

describe('@modelcontextprotocol/client in 2026-07-28', () => {
  let one;

  before(async () => {
    one = await connectClient2(world, 'client2 modern', { versionNegotiation: { mode: { pin: kModern } } });
    recorders.push(one.recorder);
  });

  test('server/discover names the versions, the tools and the server', async () => {
    const found = await one.client.discover();
    assert.ok(found.supportedVersions.includes(kModern));
    assert.ok(found.capabilities.tools);
    assert.equal(one.client.getProtocolEra(), 'modern');
    assert.equal(one.client.getServerVersion().name, 'governor');
  });

  test('lists the tools of this version', async () => {
    const { tools } = await one.client.listTools();
    assert.deepEqual(tools.map((tool) => tool.name).sort(), [...kTools].sort());
  });

  test('calls each tool', () => callEveryTool(one.call, 'client2-modern'));

  test('a wrong argument is an error inside the result', () => callWronglyAndReadTheError(one.call));

  test('an agent that is not there is an error inside the result', () => askForAnAgentThatIsNot(one.call));

  test('an unknown tool is a protocol error', async () => {
    await assert.rejects(one.call('no_such_tool', {}), (error) => {
      assert.ok(error instanceof ProtocolError);
      assert.equal(error.code, kInvalidParams);
      assert.match(error.message, /no_such_tool/);
      return true;
    });
  });

  test('an unknown method is a protocol error', async () => {
    const anything = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
    await assert.rejects(one.client.request({ method: 'no/such/method', params: {} }, anything), {
      code: kMethodNotFound,
    });
  });

  test('a version that we do not speak is refused, with those that we do', async () => {
    const asked = one.client.listTools({ _meta: { [kVersionKey]: '1900-01-01' } }, { cacheMode: 'bypass' });
    await assert.rejects(asked, (error) => {
      assert.ok(error instanceof UnsupportedProtocolVersionError, `${error.name}: ${error.message}`);
      assert.equal(error.data.requested, '1900-01-01');
      assert.ok(error.data.supported.includes(kModern));
      return true;
    });
  });

  test('a subscription is acknowledged, and ends in silence when cancelled', async () => {
    const subscription = await one.client.listen({ toolsListChanged: true });
    const acknowledged = one.recorder.records.findLast((record) =>
      record.message?.method?.endsWith('/acknowledged'),
    );
    assert.deepEqual(
      Object.keys(acknowledged.message.params.notifications).filter((key) => key !== 'toolsListChanged'),
      [],
    );
    const before = one.recorder.records.length;
    await subscription.close();
    await one.client.listTools(undefined, { cacheMode: 'bypass' });
    const since = one.recorder.records.slice(before).map((record) => record.request?.method);
    assert.deepEqual(since, ['tools/list'], 'something was sent about a cancelled subscription');
  });

  test('the client saw nothing that it could not understand', () => assert.deepEqual(one.problems, []));
});

test('a client that may choose finds out by itself and takes 2026-07-28', async () => {
  // The package's own transport, unchanged: it asks on a second server process of its own first.
  const client = new Client(kClientInfo, { versionNegotiation: { mode: 'auto' } });
  world.atEnd(() => client.close());
  await client.connect(new StdioClientTransport(world.proxyParameters()));
  assert.equal(client.getNegotiatedProtocolVersion(), kModern);
  assert.equal((await client.listTools()).tools.length, kTools.length);
});

test('every message was valid', () => assertValid(recorders));
test('every listed tool was called', () => assertEveryToolCalled(recorders));

closeAsLastTest(world);
