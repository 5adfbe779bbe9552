import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { alive } from './lib/alive.mjs';
import { kLong, stretched, until } from './lib/deadlines.mjs';
import { Machine, makeClones } from './lib/machine.mjs';
import { PostgresServer } from './lib/postgres_server.mjs';

// What a person on one machine does to the agents, requests and leases of another.

const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gov-clones-')));
let server;
let a;
let b;
let there; // the daemon of A: both machines have the same name here

before(async () => {
  server = await PostgresServer.begin();
  makeClones(place, ['a', 'b']);
  const shared = { database: server.address, membership_seconds: 10 };
  const config = { shared: { ...shared, workspaces: 'all', fleet: true, orders: true }, protected: ['/**/core/**'] };
  a = new Machine(path.join(place, 'a'), {}, { config });
  b = new Machine(path.join(place, 'b'), shared);
  assert.equal(JSON.parse(b.ctl('shared', 'init')).ok, true);
  await b.call('get_server_status', {}).catch(() => {});
  await a.call('register_agent', { agent_id: 'ada' });
  there = await until(kLong, 'A is told of', () => seen('agents')[0]?.daemon);
});

after(async () => {
  await a?.world.close().catch(() => {});
  await b?.world.close().catch(() => {});
  server?.close();
  rmSync(place, { recursive: true, force: true });
});

const seen = (what) => JSON.parse(b.ctl('shared', what))[what];
const order = (...words) => JSON.parse(b.ctl(...words, '--on', there));
const audited = (event) =>
  JSON.parse(a.ctl('audit', '--event', event)).entries.filter((entry) => /on .*login/.test(JSON.stringify(entry)));

const update = () => a.result('process_agent_update', { agent_id: 'ada', parameters: [], response_text: 'text' });

function refusal(...words) {
  try {
    b.ctl(...words);
  } catch (error) {
    return error.stdout + error.stderr;
  }
  return assert.fail('it was not refused');
}

// When A takes orders, which is at once after it has joined.
const whenHeard = (give) =>
  until(kLong, 'A takes orders', () => {
    try {
      return give();
    } catch (error) {
      if (!/takes no orders/.test(error.stdout + error.stderr)) throw error;
      return null;
    }
  });

describe('orders', () => {
  test('an agent of A is paused and resumed from B, and A knows by whom', async () => {
    const paused = await whenHeard(() => order('pause', 'ada', '--reason', 'not tonight'));
    assert.equal(paused.status, 'paused');
    assert.ok((await update()).isError);
    assert.equal(audited('agent_paused').length, 1);
    assert.equal(order('resume', 'ada').status, 'active');
    assert.ok(!(await update()).isError);
  });

  test('what waits for a person on A is seen and answered from B', async () => {
    await a.call('request_approval', { agent_id: 'ada', path: a.file('core/x.txt'), reason: 'the fix\u0000belongs there' });
    const [asked] = await until(kLong, 'it is told', () => (seen('approvals').length > 0 ? seen('approvals') : null));
    assert.equal(asked.agent_id, 'ada');
    assert.equal(asked.kind, 'unlock');
    const answered = order('approvals', 'approve', String(asked.approval), '--note', 'go on');
    assert.equal(answered.status, 'approved');
    assert.match(answered.answer.by, /governorctl of .* on .* \(login tester\)/);
    await until(kLong, 'it waits no more', () => seen('approvals').length === 0);
    await a.take('core/x.txt');
    assert.match(refusal('approvals', 'deny', String(asked.approval), '--on', there), /conflict/);
  });

  test('a lease of A is seen and ended from B', async () => {
    const granted = await a.take('y.txt');
    const lease = seen('leases').find(({ paths }) => paths.some((one) => one.endsWith('y.txt')));
    assert.equal(lease.lease, granted.lease);
    assert.equal((await b.ask('y.txt').catch(() => null))?.status ?? 'held', 'held');
    assert.equal(order('leases', 'break', String(lease.lease), '--reason', 'it hangs').lease, lease.lease);
    await b.take('y.txt', 10);
  });

  test('what the daemon there refuses is told with its reason', () => {
    assert.match(refusal('pause', 'nobody', '--on', there), /not_found.*nobody/);
    assert.match(refusal('pause', 'ada', '--on', 'nowhere'), /No daemon called nowhere.*These are/s);
    assert.match(refusal('pause', 'ada', '--on', os.hostname()), /Several daemons/);
    server.query(`UPDATE governor.daemon SET host = 'b' WHERE id <> '${there}'`);
    assert.match(refusal('pause', 'ada', '--on', 'b'), /takes no orders.*--orders/s);
  });

  test('an order that was carried out when A was killed has its effect once', async () => {
    const before = audited('agent_paused').length;
    // The answer cannot be given yet.
    const real = server.query(`SELECT pg_get_functiondef('governor.answer_order_1'::regproc)`);
    server.query(`CREATE OR REPLACE FUNCTION governor.answer_order_1(p_daemon uuid, p_id uuid, p_answer text)
      RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$`);
    const words = ['--json', 'pause', 'ada', '--on', there];
    const options = { env: b.world.environment(), timeout: stretched(kLong) };
    const given = promisify(execFile)(b.world.binary('governorctl'), words, options);
    await until(kLong, 'it is carried out', () => audited('agent_paused').length === before + 1);
    const pid = await a.pid();
    process.kill(pid, 'SIGKILL');
    await until(kLong, 'it is dead', () => !alive(pid));
    server.query(real);
    await a.call('list_agents', {});
    // Carried out once more it would say that the agent was paused before.
    const answer = JSON.parse((await given).stdout);
    assert.deepEqual([answer.status, answer.previous_status], ['paused', 'active']);
    assert.equal(audited('agent_paused').length, before + 1);
  });

  test('an order that A does not take in time is not carried out later', async () => {
    assert.equal((await whenHeard(() => order('resume', 'ada'))).status, 'active');
    const late = '11111111-1111-4111-8111-111111111111';
    server.query(`INSERT INTO governor.fleet_order VALUES ('${late}', '${there}', 'pause_agent', '{"agent_id":"ada"}',
      'tester', 'desk', 'me', now() - interval '1 minute', now())`);
    // What came before an order that is answered has been looked at.
    assert.equal(order('resume', 'ada').status, 'active');
    assert.equal(server.query(`SELECT taken_at IS NULL FROM governor.fleet_order WHERE id = '${late}'`), 't');
    assert.ok(!(await update()).isError);
  });
});
