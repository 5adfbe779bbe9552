import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { assertEveryToolCalled } from './lib/coverage.mjs';
import { kInvalidParams, kLegacy } from './lib/mcp.mjs';
import { callEveryTool, callWronglyAndReadTheError, kTools } from './lib/tool_calls.mjs';
import { assertValid } from './lib/validate.mjs';

// The official 2.x client held to the legacy era, in each revision of it.

const world = new World();
const recorders = [];

for (const revision of kLegacy) {
  describe(`@modelcontextprotocol/client in ${revision}`, () => {
    let one;

    before(async () => {
      one = await connectClient2(world, `client2 ${revision}`, {
        versionNegotiation: { mode: 'legacy' },
        supportedProtocolVersions: [revision],
      });
      recorders.push(one.recorder);
    });

    test('the era and the revision are those asked for', () => {
      assert.equal(one.client.getProtocolEra(), 'legacy');
      assert.equal(one.client.getNegotiatedProtocolVersion(), revision);
    });

    test('lists and calls each tool', async () => {
      const { tools } = await one.client.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), [...kTools].sort());
      await callEveryTool(one.call, `client2-${revision}`, { structured: revision >= '2025-06-18' });
    });

    test('errors are told apart', async () => {
      await callWronglyAndReadTheError(one.call);
      await assert.rejects(one.call('no_such_tool', {}), { code: kInvalidParams });
    });

    test('ping', async () => assert.deepEqual(await one.client.ping(), {}));

    test('the client saw nothing that it could not understand', () => assert.deepEqual(one.problems, []));
  });
}

test('every message was valid', () => assertValid(recorders));
test('every listed tool was called', () => assertEveryToolCalled(recorders));

closeAsLastTest(world);
