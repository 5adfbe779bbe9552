import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { kClientInfo, kModern } from './lib/mcp.mjs';
import { recording } from './lib/sdk_transport.mjs';
import { assertStored, assertWithoutGapOrRepeat, updateManyTimes } from './lib/updates.mjs';
import { assertValid } from './lib/validate.mjs';

// Clients of different kinds at once on one daemon, all updating one agent that belongs to none of them.

const kEach = 50;
const kAgent = 'everybodys';

const world = new World();

test('clients of both kinds and both eras update one agent at once', async () => {
  const Transport = recording(StdioClientTransport);
  const transport = new Transport(world.proxyParameters(), { name: 'sdk1' });
  const first = new Client(kClientInfo);
  world.atEnd(() => first.close());
  const problems = [];
  first.onerror = (error) => problems.push(error);

  // Nothing runs yet: who comes first starts the daemon and the others find it.
  const [modern, legacy] = await Promise.all([
    connectClient2(world, 'client2 modern', { versionNegotiation: { mode: { pin: kModern } } }),
    connectClient2(world, 'client2 legacy'),
    first.connect(transport),
  ]);
  const calls = [modern.call, legacy.call, (name, given) => first.callTool({ name, arguments: given })];

  const numbers = await Promise.all(calls.map((call) => updateManyTimes(call, kAgent, kEach, 5)));

  assertWithoutGapOrRepeat(numbers.flat());
  for (const call of calls) await assertStored(call, kAgent, kEach * calls.length);
  assert.deepEqual([...problems, ...modern.problems, ...legacy.problems], []);
  assertValid([transport.recorder, modern.recorder, legacy.recorder]);

  const health = await world.health();
  assert.equal(health.updates, kEach * calls.length);
});

closeAsLastTest(world);
