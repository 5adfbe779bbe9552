import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { alive } from './lib/alive.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { Machine, makeClones } from './lib/machine.mjs';
import { PostgresServer } from './lib/postgres_server.mjs';

// What a person on one machine sees of the agents of the others.

const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gov-clones-')));
let server;
let a;
let b;

before(async () => {
  server = await PostgresServer.begin();
  makeClones(place, ['a', 'b']);
  const shared = { database: server.address, membership_seconds: 10, workspaces: [] };
  a = new Machine(path.join(place, 'a'), { ...shared, fleet: true });
  b = new Machine(path.join(place, 'b'), shared);
  assert.equal(JSON.parse(b.ctl('shared', 'init')).ok, true);
  await b.call('get_server_status', {}).catch(() => {});
});

after(async () => {
  await a?.world.close().catch(() => {});
  await b?.world.close().catch(() => {});
  server?.close();
  rmSync(place, { recursive: true, force: true });
});

const seen = (what) => JSON.parse(b.ctl('shared', what));
const agent = (id) => seen('agents').agents.find((one) => one.agent_id === id);

async function update(id, drift) {
  const given = { agent_id: id, parameters: [], ethical_drift: [drift, drift, drift], response_text: 'text', complexity: 0.5 };
  return a.call('process_agent_update', given);
}

describe('the fleet', () => {
  test('an agent of A and its alert are seen from B', async () => {
    await a.call('register_agent', { agent_id: 'ada' });
    await update('ada', 0);
    const calm = await until(kLong, 'it is told', () => (agent('ada')?.updates === 1 ? agent('ada') : null));
    assert.equal(calm.host, os.hostname());
    assert.equal(calm.is_member, true);
    assert.deepEqual(seen('alerts').alerts, []);
    for (let number = 0; number < 3; ++number) await update('ada', 1);
    const upset = await until(kLong, 'it is told', () => (agent('ada')?.updates === 4 ? agent('ada') : null));
    assert.equal(upset.health, 'critical');
    const alerts = await until(kLong, 'the alert is told', () => {
      const { alerts: open } = seen('alerts');
      return open.length > 0 ? open : null;
    });
    assert.equal(alerts[0].agent_id, 'ada');
    assert.equal(alerts[0].severity, 'critical');
  });

  test('what happened while the database was gone is told afterwards', async () => {
    await a.call('register_agent', { agent_id: 'cid' });
    await until(kLong, 'it is told', () => agent('cid'));
    server.stop();
    await update('ada', 1);
    await a.call('register_agent', { agent_id: 'bea' });
    await until(kLong, 'a report fails', () => a.world.log().includes('no report to the fleet'));
    await a.call('delete_agent', { agent_id: 'cid', confirm: true });
    server.start();
    await until(kLong, 'it is told', () => agent('ada')?.updates === 5 && agent('bea') && !agent('cid'));
  });

  test('of a daemon that is gone it is said that it is silent', async () => {
    const pid = await a.pid();
    process.kill(a.client.channel.pid, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await until(kLong, 'it is dead', () => !alive(pid));
    await until(kLong, 'it is seen', () => agent('ada').is_member === false);
    a.connect();
    await a.call('list_agents', {});
    await until(kLong, 'it is back', () => agent('ada').is_member);
  });

  test('whoever does not tell is not seen', async () => {
    await b.call('register_agent', { agent_id: 'cleo' });
    await a.call('register_agent', { agent_id: 'dan' });
    await until(kLong, 'what came after it is told', () => agent('dan'));
    assert.equal(agent('cleo'), undefined);
    assert.equal(seen('agents').total, 3);
  });

  test('whoever joins is seen, and whoever leaves is gone with all that it had', async () => {
    const before = await b.pid();
    const wrong = ['shared', 'join', server.address.replace('/postgres?', '/nothing?'), '--fleet'];
    assert.throws(() => b.ctl(...wrong), ({ stdout, stderr }) => /does not exist/.test(stdout + stderr));
    assert.equal(JSON.parse(b.ctl('shared', 'join', server.address, '--fleet', '--workspace', b.clone)).changed, true);
    assert.notEqual((await b.world.health()).pid, before);
    await until(kLong, 'it is seen', () => agent('cleo'));
    await until(kLong, 'it may write', async () => {
      const result = await b.result('request_write', { paths: [b.file('x.txt')] });
      return !result.isError;
    });
    const hosts = () => JSON.parse(a.ctl('shared', 'status')).shared.daemons.map(({ held }) => held);
    assert.deepEqual(hosts().sort(), [0, 1]);
    assert.deepEqual(JSON.parse(b.ctl('shared', 'leave')), { changed: true, restarted: true });
    assert.deepEqual(hosts(), [0]);
    const { agents } = JSON.parse(a.ctl('shared', 'agents'));
    assert.equal(agents.find((one) => one.agent_id === 'cleo'), undefined);
    // What it has leased is its own machine's again.
    const result = await b.result('request_write', { paths: [b.file('y.txt')] });
    assert.ok(!result.isError);
  });
});
