import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { kLong, kShort, until } from './lib/deadlines.mjs';
import { Machine, makeClones } from './lib/machine.mjs';
import { PostgresServer } from './lib/postgres_server.mjs';

// A shared workspace through pgbouncer in transaction mode, where a statement has whatever connection is free.

const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gov-clones-')));
const machines = [];
let server;
let pool;

before(async () => {
  server = await PostgresServer.begin();
  pool = server.pool();
  if (pool === null) return;
  makeClones(place, ['a', 'b', 'c']);
  const shared = { database: pool.address, membership_seconds: 4 };
  for (const name of ['a', 'b', 'c']) machines.push(new Machine(path.join(place, name), shared));
  assert.equal(JSON.parse(machines[0].ctl('shared', 'init')).ok, true);
  for (const machine of machines)
    await until(kLong, 'it is prepared', async () => {
      const result = await machine.result('request_write', { paths: [machine.file(path.basename(machine.clone))] });
      return !result.isError;
    });
});

after(async () => {
  for (const machine of machines) await machine.world.close().catch(() => {});
  pool?.close();
  server?.close();
  rmSync(place, { recursive: true, force: true });
});

test('one file has one holder at a time, and whoever waits gets it', async (t) => {
  if (pool === null) return t.skip('pgbouncer is not installed');
  let holders = 0;
  let taken = 0;
  const work = machines.map(async (machine) => {
    for (let number = 0; number < 15; ++number) {
      const { lease } = await machine.take('hot.txt', 50);
      holders += 1;
      taken += 1;
      assert.equal(holders, 1);
      await machine.call('renew_write', { lease });
      holders -= 1;
      await machine.call('release_write', { lease });
    }
  });
  await Promise.all(work);
  assert.equal(taken, 45);
});

test('when it ends, what is shared is refused, and goes on with the next one', async (t) => {
  if (pool === null) return t.skip('pgbouncer is not installed');
  const [a, b] = machines;
  const { lease } = await a.take('kept.txt');
  pool.stop();
  const refused = await until(kLong, 'it is refused', async () => {
    const result = await b.result('request_write', { paths: [b.file('other.txt')] }, kShort * 4);
    return result.isError ? result : null;
  });
  assert.ok(refused.isError);
  assert.ok(pool.start());
  await until(kLong, 'it goes on', async () => !(await b.result('request_write', { paths: [b.file('other.txt')] })).isError);
  await until(kLong, 'it is a member again', async () => !(await a.result('renew_write', { lease })).isError);
  await a.commit('kept.txt', lease, 'still mine\n');
});
