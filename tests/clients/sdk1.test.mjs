import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { closeAsLastTest, World } from './harness.mjs';
import { assertEveryToolCalled } from './lib/coverage.mjs';
import { kClientInfo, kLegacy } from './lib/mcp.mjs';
import { recording } from './lib/sdk_transport.mjs';
import {
  askForAnAgentThatIsNot,
  callEveryTool,
  callWronglyAndReadTheError,
  kTools,
} from './lib/tool_calls.mjs';
import { assertValid } from './lib/validate.mjs';

// The official 1.x client, as most IDEs embed it, in each revision it knows.

const Transport = recording(StdioClientTransport);
const world = new World();
const recorders = [];

for (const revision of kLegacy) {
  describe(`@modelcontextprotocol/sdk in ${revision}`, () => {
    const structured = revision >= '2025-06-18';
    const problems = [];
    const client = new Client(kClientInfo);
    const call = (name, given) => client.callTool({ name, arguments: given });

    before(async () => {
      const transport = new Transport(world.proxyParameters(), { name: `sdk1 ${revision}`, revision });
      recorders.push(transport.recorder);
      client.onerror = (error) => problems.push(error);
      world.atEnd(() => client.close());
      await client.connect(transport);
      assert.equal(transport.recorder.revision, revision);
    });

    test('the server introduces itself', () => {
      assert.equal(client.getServerVersion().name, 'governor');
      assert.ok(client.getServerCapabilities().tools);
    });

    test('lists the tools of this version', async () => {
      const { tools, nextCursor } = await client.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), [...kTools].sort());
      assert.equal(nextCursor, undefined);
      for (const tool of tools)
        assert.ok(tool.description.length > 20, `${tool.name} says too little about itself`);
    });

    test('calls each tool', () => callEveryTool(call, `sdk1-${revision}`, { structured }));

    test('a wrong argument is an error inside the result', () => callWronglyAndReadTheError(call));

    test('an agent that is not there is an error inside the result', () => askForAnAgentThatIsNot(call));

    test('an unknown tool is a protocol error', async () => {
      await assert.rejects(call('no_such_tool', {}), (error) => {
        assert.ok(error instanceof McpError);
        assert.equal(error.code, ErrorCode.InvalidParams);
        assert.match(error.message, /no_such_tool/);
        return true;
      });
    });

    test('ping', async () => assert.deepEqual(await client.ping(), {}));

    test('the client saw nothing that it could not understand', () => assert.deepEqual(problems, []));
  });
}

test('every message was valid', () => assertValid(recorders));
test('every listed tool was called', () => assertEveryToolCalled(recorders));

closeAsLastTest(world);
