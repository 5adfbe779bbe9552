import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { closeAsLastTest, World } from '../harness.mjs';
import { connectClient2 } from './client2.mjs';
import { converse } from './conversation.mjs';
import { kClientInfo, kLegacy, kModern, kRevisions, kSubscriptionKey, modernMeta } from './mcp.mjs';
import { recording } from './sdk_transport.mjs';
import { callEveryTool } from './tool_calls.mjs';
import { assertValid } from './validate.mjs';

/// Registers the tests that let every kind of message be sent in every revision, through the proxy and on the
/// socket, and check each with `checker`.
export function schemaSuite(what, checker) {
  const world = new World();

  for (const revision of kRevisions) {
    describe(`${what}, ${revision}`, () => {
      test('through the proxy', async () => {
        const client = world.proxied(`proxy ${revision}`);
        await converse(client, revision);
        check([client.recorder], revision);
      });

      test('on the socket', async () => {
        const starter = world.proxied('starter');
        await starter.initialize('2025-11-25');
        const client = await world.direct(`socket ${revision}`);
        await converse(client, revision);
        check([client.recorder], revision);
      });

      if (kLegacy.includes(revision)) test('the 1.x client', () => withSdk1(revision));
      test('the 2.x client', () => withClient2(revision));
    });
  }

  test(`${what}, the end of a subscription when the daemon stops`, async () => {
    const ending = new World();
    try {
      const starter = ending.proxied('starter');
      await starter.requestIn(kModern, 'server/discover');
      const client = await ending.direct('listener');
      const params = { _meta: modernMeta(), notifications: {} };
      await client.send({ jsonrpc: '2.0', id: 'stream', method: 'subscriptions/listen', params });
      await client.notification('notifications/subscriptions/acknowledged');
      await starter.channel.close(); // else it would start the next daemon
      const other = await ending.direct('stopper');
      await other.request('governor/hello', { protocol: 1, role: 'person' });
      assert.equal((await other.request('governor/stop', { reason: 'test' })).result.stopping, true);
      const { result } = await client.response('stream');
      assert.equal(result._meta[kSubscriptionKey], 'stream');
      check([client.recorder], kModern);
    } finally {
      await ending.close();
    }
  });

  closeAsLastTest(world);

  function check(recorders, revision) {
    for (const recorder of recorders) {
      const others = new Set(recorder.records.map((record) => record.revision));
      assert.deepEqual([...others], [revision], 'messages were checked against another revision');
    }
    assertValid(recorders, [checker]);
  }

  async function withSdk1(revision) {
    const Transport = recording(StdioClientTransport);
    const transport = new Transport(world.proxyParameters(), { name: `sdk1 ${revision}`, revision });
    const client = new Client(kClientInfo);
    world.atEnd(() => client.close());
    await client.connect(transport);
    await client.listTools();
    await callEveryTool(
      (name, given) => client.callTool({ name, arguments: given }),
      `schema-sdk1-${revision}`,
      {
        structured: revision >= '2025-06-18',
      },
    );
    check([transport.recorder], revision);
  }

  async function withClient2(revision) {
    const options =
      revision === kModern
        ? { versionNegotiation: { mode: { pin: kModern } } }
        : { versionNegotiation: { mode: 'legacy' }, supportedProtocolVersions: [revision] };
    const one = await connectClient2(world, `client2 ${revision}`, options);
    await one.client.listTools();
    await callEveryTool(one.call, `schema-client2-${revision}`, { structured: revision >= '2025-06-18' });
    check([one.recorder], revision);
  }
}
