import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { kModern } from './lib/mcp.mjs';
import { agentUri } from './lib/resource_use.mjs';
import { assertValid } from './lib/validate.mjs';

// The daemon is killed under clients that have subscribed. They do nothing about it and go on being told.

const world = new World({ survives: false });

async function killTheDaemon() {
  const { pid } = await world.health();
  process.kill(pid, 'SIGKILL');
  await until(kLong, `daemon ${pid} is dead`, () => !alive(pid));
  await world.otherDaemon(pid);
}

async function outlive(era, options, subscribe) {
  const agent = `watched-${era}`;
  const one = await connectClient2(world, `watcher ${era}`, options);
  const other = await connectClient2(world, `other ${era}`);
  const changed = [];
  one.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    changed.push(params.uri);
  });
  await subscribe(one.client, agentUri(agent));
  for (let kills = 0; kills < 3; ++kills) {
    await killTheDaemon();
    // Told once because something may have been missed; then of each change.
    await until(kLong, 'the watcher is told that it may have missed something', () => changed.length > 0);
    changed.length = 0;
    const result = await other.call('process_agent_update', { agent_id: agent, complexity: 0.3 });
    assert.equal(result.structuredContent.update, kills + 1);
    await until(kLong, 'the watcher is told of the update', () => changed.includes(agentUri(agent)));
    const { contents } = await one.client.readResource({ uri: agentUri(agent) });
    assert.equal(JSON.parse(contents[0].text).metrics.updates, kills + 1);
    changed.length = 0;
  }
  assert.deepEqual([...one.problems, ...other.problems], []);
  assertValid([one.recorder, other.recorder]);
}

describe('the end of the daemon under a subscriber', () => {
  test('of an older revision', () =>
    outlive('legacy', {}, (client, uri) => client.subscribeResource({ uri })));

  test('of 2026-07-28', () =>
    outlive('modern', { versionNegotiation: { mode: { pin: kModern } } }, (client, uri) =>
      client.listen({ resourceSubscriptions: [uri] }),
    ));
});

closeAsLastTest(world);
