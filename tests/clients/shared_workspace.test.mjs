import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { alive } from './lib/alive.mjs';
import { kLong, kShort, stretched, until } from './lib/deadlines.mjs';
import { Machine, makeClones } from './lib/machine.mjs';
import { PostgresServer } from './lib/postgres_server.mjs';

// Two daemons, as on two machines, each with a clone of one repository, and the database that they share. Confined as
// ever: one of them reaches it by a Unix socket, the other by the network.

const kMembership = 4;
const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gov-clones-')));
let server;
let a;
let b;

function machine(name, database) {
  return new Machine(path.join(place, name), { database, membership_seconds: kMembership });
}

async function recovery() {
  for (const machine of [a, b])
    await until(kLong, 'it recovers', async () => (await machine.world.health()).status === 'ok');
}

before(async () => {
  server = await PostgresServer.begin();
  makeClones(place, ['a', 'b']);
  a = machine('a', server.address);
  b = machine('b', server.networkAddress);
});

after(async () => {
  await a?.world.close().catch(() => {});
  await b?.world.close().catch(() => {});
  server?.close();
  rmSync(place, { recursive: true, force: true });
});

describe('a workspace that two machines share', () => {
  test('a database that nobody has prepared is said to be so, with what to do', async () => {
    const refused = await a.refusal('request_write', { paths: [a.file('early.txt')] });
    assert.equal(refused.code, 'storage_unavailable');
    assert.match(refused.hint, /governorctl shared init/);
    assert.equal(JSON.parse(a.ctl('shared', 'init')).ok, true);
    for (const machine of [a, b]) {
      await until(kLong, 'it is found', async () => {
        const result = await machine.result('request_write', { paths: [machine.file('early.txt')] });
        return !result.isError;
      });
    }
  });

  test('B waits for what A holds, and has it when A releases it', async () => {
    const held = await a.take('wait.txt');
    const told = await b.ask('wait.txt');
    assert.equal(told.status, 'held');
    assert.equal(told.holders.length, 1);
    assert.equal(told.holders[0].host, os.hostname());
    assert.deepEqual(told.holders[0].paths, ['/wait.txt']);
    const waits = b.ask('wait.txt', 50);
    await until(kShort, 'B stands in the queue', async () => {
      const { waiting } = await b.call('list_leases', {});
      return waiting.length === 1;
    });
    await a.commit('wait.txt', held.lease, 'of A\n');
    await a.call('release_write', { lease: held.lease });
    const granted = await waits;
    assert.equal(granted.status, 'granted');
    assert.ok(granted.fence > held.fence);
    await b.commit('wait.txt', granted.lease, 'of B\n');
    assert.equal(readFileSync(b.file('wait.txt'), 'utf8'), 'of B\n');
    await b.call('release_write', { lease: granted.lease });
  });

  test('a directory of one is in the way of a file of the other, and what is not shared is nobody else’s', async () => {
    const held = await a.call('request_write', { paths: [`${a.file('src')}/`] });
    assert.equal(held.status, 'granted');
    assert.equal((await b.ask('src/x.txt')).status, 'held');
    const elsewhere = [path.join(os.tmpdir(), 'gov-not-shared.txt')];
    assert.equal((await a.call('request_write', { paths: elsewhere })).status, 'granted');
    assert.equal((await b.call('request_write', { paths: elsewhere })).status, 'granted');
    await a.call('release_write', { lease: held.lease });
    await b.take('src/x.txt', 20);
  });

  test('a hook of B does not let a tool write what A holds, and takes what is free', async () => {
    const held = await a.take('hooked.txt');
    const refused = b.hook('hooked.txt', 'of B\n');
    assert.equal(refused.permissionDecision, 'deny');
    assert.match(refused.permissionDecisionReason, new RegExp(os.hostname()));
    await a.call('release_write', { lease: held.lease });
    const allowed = b.hook('hooked.txt', 'of B\n');
    assert.equal(allowed.permissionDecision, 'allow', JSON.stringify(allowed));
    const told = await a.ask('hooked.txt');
    assert.equal(told.status, 'held');
  });

  test('the lease of a daemon that dies is its successor’s', async () => {
    const held = await a.take('restart.txt');
    const pid = await a.pid();
    process.kill(pid, 'SIGKILL');
    await until(kLong, 'the daemon is dead', () => !alive(pid));
    await a.world.otherDaemon(pid);
    assert.equal((await b.ask('restart.txt')).status, 'held');
    await until(kLong, 'the successor has joined', async () => {
      const result = await a.result('renew_write', { lease: held.lease });
      return !result.isError;
    });
    await a.commit('restart.txt', held.lease, 'after the restart\n');
    await a.call('release_write', { lease: held.lease });
    await b.take('restart.txt', 20);
  });

  test('a daemon that sleeps for longer than its time writes nothing under what others have now', async () => {
    const held = await a.take('sleep.txt');
    const pid = await a.pid();
    process.kill(pid, 'SIGSTOP');
    let granted;
    let late;
    try {
      granted = await b.take('sleep.txt', 40);
      // It finds this when it awakes, and nobody to tell it what has happened: there is only the clock.
      late = a.refusal('commit_file', { path: a.file('sleep.txt'), lease: held.lease, content: 'of A\n' });
      await b.commit('sleep.txt', granted.lease, 'of B\n');
      server.stop();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const refused = await late;
    assert.equal(refused.code, 'storage_unavailable', JSON.stringify(refused));
    assert.ok(!existsSync(a.file('sleep.txt')));
    server.start();
    assert.ok(granted.fence > held.fence);
    // With the database it learns that its time was over, and says so.
    const over = await until(kLong, 'A knows that it has lost the lease', async () => {
      const given = { path: a.file('sleep.txt'), lease: held.lease, content: 'of A\n' };
      const error = await a.refusal('commit_file', given);
      return error.code === 'conflict' ? error : null;
    });
    assert.match(over.message, /lost to the other machines/);
    await recovery();
    assert.equal((await a.ask('sleep.txt')).status, 'held');
  });

  test('a daemon that awakes and is a member again does not write under what it has lost', async () => {
    const held = await a.take('awake.txt');
    const pid = await a.pid();
    process.kill(pid, 'SIGSTOP');
    let late;
    try {
      const granted = await b.take('awake.txt', 40);
      // In one moment it finds this, joins again and hears what it has lost.
      const given = { path: a.file('awake.txt'), lease: held.lease, content: 'of A\n' };
      late = Array.from({ length: 20 }, () => a.refusal('commit_file', given));
      await b.commit('awake.txt', granted.lease, 'of B\n');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    for (const refused of await Promise.all(late))
      assert.ok(['storage_unavailable', 'conflict'].includes(refused.code), JSON.stringify(refused));
    assert.ok(!existsSync(a.file('awake.txt')));
  });

  test('without the database what is shared is refused, and all else goes on', async () => {
    const held = await b.take('outage.txt');
    server.stop();
    const refused = await b.refusal('request_write', { paths: [b.file('other.txt')] });
    assert.equal(refused.code, 'storage_unavailable');
    assert.match(refused.message, /since/);
    const local = { paths: [path.join(os.tmpdir(), 'gov-local.txt')] };
    assert.equal((await b.call('request_write', local)).status, 'granted');
    await until(kLong, 'health says so', async () => (await b.world.health()).status === 'degraded');
    await until(kLong, 'its time is over', async () => {
      const given = { path: b.file('outage.txt'), lease: held.lease, content: 'x\n' };
      const result = await b.result('renew_write', { lease: held.lease });
      if (!result.isError) return false;
      return (await b.refusal('commit_file', given)).code === 'storage_unavailable';
    });
    server.start();
    await recovery();
    // Nobody wanted what it held.
    await b.commit('outage.txt', held.lease, 'x\n');
    await b.take('other.txt');
  });

  test('what a machine held that is gone is free after its time', async () => {
    await a.take('gone.txt');
    const pid = await a.pid();
    process.kill(a.client.channel.pid, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    const began = Date.now();
    await b.take('gone.txt', 50);
    const took = Date.now() - began;
    assert.ok(took < stretched(kMembership * 1000 + kShort), `it took ${took} ms`);
    const { shared } = JSON.parse(b.ctl('shared', 'status'));
    assert.equal(shared.daemons.filter((daemon) => daemon.is_member).length, 1);
    a.connect();
    assert.equal((await a.ask('gone.txt')).status, 'held');
  });
});

test('what was started ends in order', async () => {
  await a.world.close();
  await b.world.close();
});
