import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { kInvalidRequest, kLegacy } from './lib/mcp.mjs';

// JSON-RPC batches: only revision 2025-03-26 has them, and a numbered line has one answer. They are refused clearly.

const world = new World();
const ping = (id) => ({ jsonrpc: '2.0', id, method: 'ping' });

async function answersTo(client, batch) {
  await client.channel.write(`${JSON.stringify(batch)}\n`);
  return JSON.parse(await client.channel.lines.take(10_000, 'answers a batch'));
}

for (const way of ['through the proxy', 'on the socket']) {
  describe(`a batch ${way}`, () => {
    const connect = async (revision) => {
      const client = way === 'on the socket' ? await world.direct() : world.proxied();
      await client.initialize(revision);
      return client;
    };

    for (const revision of kLegacy) {
      test(`is refused in ${revision}`, async () => {
        const client = await connect(revision);
        assert.equal((await answersTo(client, [ping('a'), ping('b')])).error?.code, kInvalidRequest);
        assert.ok((await client.request('ping')).result);
      });
    }
  });
}

closeAsLastTest(world);
