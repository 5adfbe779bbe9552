import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { kLong, until } from './lib/deadlines.mjs';
import { Machine, makeClones } from './lib/machine.mjs';
import { PostgresServer } from './lib/postgres_server.mjs';

// The database of a shared workspace dies under load, and its synchronous replica takes its place.

const kMembership = 60; // nobody's time is to be over meanwhile
const kKeepEvery = 5;
const kMore = 40; // leases after it

const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gov-clones-')));
let primary;
let replica;
const machines = [];

before(async () => {
  primary = await PostgresServer.begin();
  replica = await primary.replicate();
  await until(kLong, 'the replica follows', () => primary.query('SELECT sync_state FROM pg_stat_replication') === 'sync');
  makeClones(place, ['a', 'b']);
  const database = primary.addressWith(replica);
  for (const name of ['a', 'b'])
    machines.push(new Machine(path.join(place, name), { database, membership_seconds: kMembership }));
  assert.equal(JSON.parse(machines[0].ctl('shared', 'init')).ok, true);
});

after(async () => {
  for (const machine of machines) await machine.world.close().catch(() => {});
  replica?.close();
  primary?.close();
  rmSync(place, { recursive: true, force: true });
});

// Takes leases, keeps some of them and gives the others back, until it is told to end.
class Worker {
  held = new Set(); // fences that were acknowledged and are not being released
  highest = 0;
  granted = 0;
  times = []; // of grants
  ended = false;

  constructor(machine, name) {
    this.machine = machine;
    this.name = name;
  }

  async work() {
    for (let number = 0; !this.ended; ++number) {
      const given = { paths: [this.machine.file(`${this.name}/${number}.txt`)] };
      const result = await this.machine.result('request_write', given);
      if (result.isError) continue;
      const { lease, fence, status } = result.structuredContent;
      assert.equal(status, 'granted');
      assert.ok(fence > this.highest, `${fence} after ${this.highest}`);
      this.highest = fence;
      this.times.push(performance.now());
      this.granted += 1;
      this.held.add(fence);
      if (number % kKeepEvery === 0) continue;
      this.held.delete(fence); // from now on it may or may not be there
      await this.machine.call('release_write', { lease });
    }
  }
}

test('nothing that was granted is lost when the replica takes over, and work goes on', async (t) => {
  for (const machine of machines)
    await until(kLong, 'it is prepared', async () => {
      const result = await machine.result('request_write', { paths: [machine.file(`first-of-${machine.clone.at(-1)}`)] });
      return !result.isError;
    });
  const workers = machines.flatMap((machine) => ['x', 'y'].map((name) => new Worker(machine, machine.clone.at(-1) + name)));
  const work = workers.map((worker) => worker.work());
  const reached = (count) => until(kLong, `${count} leases more`, () => workers.every(({ granted }) => granted >= count));
  await reached(kMore);
  const died = performance.now();
  primary.stop();
  replica.promote();
  const promoted = performance.now();
  await reached(Math.max(...workers.map(({ granted }) => granted)) + kMore);
  for (const worker of workers) worker.ended = true;
  await Promise.all(work);

  const there = new Set(replica.query('SELECT fence FROM governor.claim WHERE fence IS NOT NULL').split('\n').map(Number));
  for (const worker of workers)
    for (const fence of worker.held) assert.ok(there.has(fence), `${worker.name} was granted ${fence}, which is gone`);
  const back = workers.map(({ times }) => times.find((time) => time > promoted));
  t.diagnostic(`without service for ${Math.round(Math.max(...back) - died)} ms, of which stopping and promoting took ` +
    `${Math.round(promoted - died)} ms; ${workers.reduce((sum, { granted }) => sum + granted, 0)} leases granted`);
});
