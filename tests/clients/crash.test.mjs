import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, stretched, until, within } from './lib/deadlines.mjs';
import { kClientInfo, kModern } from './lib/mcp.mjs';
import { NumberedSession } from './lib/numbered_session.mjs';
import { recording } from './lib/sdk_transport.mjs';
import { SocketChannel } from './lib/socket_channel.mjs';
import { assertStored, assertWithoutGapOrRepeat, updateManyTimes } from './lib/updates.mjs';
import { assertValid } from './lib/validate.mjs';

// The daemon is killed in the middle of a series of calls by a real client, which must not notice.

const kUpdates = 300;
const kKills = 5;
const kAtOnce = 8;

const world = new World({ survives: false });

/// Ends the daemon now and gives the one that follows.
async function killTheDaemon(pid, signal = 'SIGKILL') {
  process.kill(pid, signal);
  await until(kLong, `daemon ${pid} is dead`, () => !alive(pid));
  return (await world.otherDaemon(pid)).pid;
}

/// Updates `agent` while the daemon dies again and again. It is killed as an answer arrives, so that the
/// other calls are under way: sent, applied, committed or answered but not yet read.
async function updateThroughKills(call, agent, signal) {
  let daemon = world.health().then((health) => health.pid);
  await daemon;
  let kills = 0;
  const killNowAndThen = (answered) => {
    if (answered % Math.ceil(kUpdates / (kKills + 1)) !== 0 || kills === kKills) return undefined;
    ++kills;
    daemon = daemon.then((pid) => killTheDaemon(pid, signal));
    return daemon;
  };
  const series = updateManyTimes(call, agent, kUpdates, kAtOnce, killNowAndThen);
  const numbers = await within(kLong * 4, 'the series of updates', series);
  assert.equal(kills, kKills);
  assertWithoutGapOrRepeat(numbers);
  await assertStored(call, agent, kUpdates);
}

describe('the end of the daemon under a real client', () => {
  for (const signal of ['SIGKILL', 'SIGTERM']) {
    test(`${signal}, the 1.x client`, () => endUnderSdk1(signal));
  }

  async function endUnderSdk1(signal) {
    const Transport = recording(StdioClientTransport);
    const transport = new Transport(world.proxyParameters(), { name: 'sdk1' });
    const client = new Client(kClientInfo);
    const problems = [];
    client.onerror = (error) => problems.push(error);
    world.atEnd(() => client.close());
    await client.connect(transport);
    const options = { timeout: stretched(kLong) };
    const call = (name, given) => client.callTool({ name, arguments: given }, undefined, options);
    await updateThroughKills(call, `sdk1-${signal}`, signal);
    assert.deepEqual(problems, []);
    assertValid([transport.recorder]);
  }

  test('SIGKILL, the 2.x client in 2026-07-28 with a subscription open', async () => {
    const one = await connectClient2(world, 'client2', { versionNegotiation: { mode: { pin: kModern } } });
    const subscription = await one.client.listen({ toolsListChanged: true });
    let ended = null;
    subscription.closed.then((why) => (ended = why));
    const options = { timeout: stretched(kLong) };
    const call = (name, given) => one.client.callTool({ name, arguments: given }, options);
    await updateThroughKills(call, 'client2-crash', 'SIGKILL');
    assert.equal(ended, null, 'the subscription did not outlive the daemon');
    await subscription.close();
    assert.deepEqual(one.problems, []);
    assertValid([one.recorder]);
  });

  test('SIGKILL: an agent registered before stays with the session after', async () => {
    const one = await connectClient2(world, 'owner');
    const other = await connectClient2(world, 'other');
    const made = await one.call('register_agent', { agent_id: 'kept-agent' });
    assert.ok(!made.isError, made.content[0].text);
    await killTheDaemon((await world.health()).pid);
    const update = await one.call('process_agent_update', { complexity: 0.2 });
    assert.equal(update.structuredContent?.agent_id, 'kept-agent', update.content[0].text);
    const refused = await other.call('process_agent_update', { agent_id: 'kept-agent' });
    assert.equal(refused._meta?.['io.github.governor/error']?.code, 'not_owner');
    assertValid([one.recorder, other.recorder]);
  });

  test('SIGKILL: an update answered before it is answered the same after, not applied again', async () => {
    const starter = world.proxied('starter');
    await starter.requestIn(kModern, 'server/discover');
    const before = new NumberedSession(await SocketChannel.connect(world));
    await before.hello();
    const asked = { agent_id: 'answered-before', complexity: 0.3, detail: 'full' };
    const first = await before.call(1, 'process_agent_update', asked);
    const brief = { agent_id: 'answered-before', complexity: 0.4 };
    const second = await before.call(2, 'process_agent_update', brief);
    assert.equal(first.update, 1);
    await killTheDaemon((await world.health()).pid);

    const after = new NumberedSession(await SocketChannel.connect(world), before.id);
    assert.equal((await after.hello()).resumed, true);
    assert.deepEqual(await after.call(1, 'process_agent_update', asked), first);
    assert.deepEqual(await after.call(2, 'process_agent_update', brief), second);
    const next = await after.call(3, 'process_agent_update', asked);
    assert.equal(next.update, 3, 'an update was applied a second time');
  });
});

closeAsLastTest(world);
