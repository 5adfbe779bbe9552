import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { kClientInfo, kModern } from './lib/mcp.mjs';

// A request for a lease that waits: the official clients are told how long it has waited, and do not give up.

/// Shorter than the wait, and longer than from one notification to the next.
const kTimeout = 6500;

const world = new World();

async function sdk1() {
  const client = new Client(kClientInfo);
  world.atEnd(() => client.close());
  await client.connect(new StdioClientTransport(world.proxyParameters()));
  return (given, options) => client.callTool({ name: 'request_write', arguments: given }, undefined, options);
}

async function client2() {
  const pin = { versionNegotiation: { mode: { pin: kModern } } };
  const { client } = await connectClient2(world, 'waiting', pin);
  return (given, options) => client.callTool({ name: 'request_write', arguments: given }, options);
}

describe('a request for a lease that another holds', () => {
  for (const [name, connect] of [
    ['@modelcontextprotocol/sdk', sdk1],
    ['@modelcontextprotocol/client', client2],
  ]) {
    test(`${name} outlives its time-out while it is told of the progress`, async () => {
      const paths = [`/nowhere/${name}.txt`];
      const holder = world.proxied(`holder ${name}`);
      const held = (
        await holder.requestIn(kModern, 'tools/call', {
          name: 'request_write',
          arguments: { paths },
        })
      ).result.structuredContent;
      const ask = await connect();
      const seen = [];
      let released;
      const granted = await ask(
        { paths, wait_seconds: 60 },
        {
          timeout: kTimeout,
          resetTimeoutOnProgress: true,
          onprogress: (progress) => {
            seen.push(progress);
            if (seen.length < 3) return;
            released ??= holder.requestIn(kModern, 'tools/call', {
              name: 'release_write',
              arguments: { lease: held.lease },
            });
          },
        },
      );
      await released;
      assert.equal(granted.structuredContent.status, 'granted');
      assert.ok(seen.length >= 3);
      assert.equal(seen[0].total, 60);
      for (let i = 1; i < seen.length; ++i) assert.ok(seen[i].progress > seen[i - 1].progress);
    });
  }
});

closeAsLastTest(world);
