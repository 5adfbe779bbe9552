import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { alive } from './lib/alive.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { Machine, makeClones } from './lib/machine.mjs';
import { kErrorKey } from './lib/mcp.mjs';
import { PostgresServer } from './lib/postgres_server.mjs';

// Two daemons, as on two machines, each with a clone of one repository: what is protected on A, asked for on B.

const kHere = new RegExp(`protected on ${os.hostname()} by ${os.userInfo().username}`);
const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gov-protected-')));
let server;
let a;
let b;

function machine(name) {
  return new Machine(path.join(place, name), { database: server.address, membership_seconds: 4 });
}

// The refusal of B, once it has come to that.
function refusedOnB(name) {
  return until(kLong, `${name} is refused`, async () => {
    const result = await b.result('request_write', { paths: [b.file(name)] });
    if (!result.isError) {
      await b.call('release_write', { lease: result.structuredContent.lease });
      return null;
    }
    return b.refusal('request_write', { paths: [b.file(name)] });
  });
}

function grantedOnB(name) {
  return until(kLong, `${name} is granted`, async () => {
    const result = await b.result('request_write', { paths: [b.file(name)] });
    return result.isError ? null : result.structuredContent;
  });
}

// As a person on that machine.
function person(machine, ...words) {
  const env = machine.world.environment();
  return execFileSync(machine.world.binary('governorctl'), words, { env, encoding: 'utf8', cwd: machine.clone });
}

before(async () => {
  server = await PostgresServer.begin();
  makeClones(place, ['a', 'b']);
  a = machine('a');
  JSON.parse(a.ctl('shared', 'init', server.address));
  b = machine('b');
  await grantedOnB('early.txt');
});

after(async () => {
  await a?.world.close().catch(() => {});
  await b?.world.close().catch(() => {});
  server?.close();
  rmSync(place, { recursive: true, force: true });
});

describe('what is protected on one machine of a shared workspace', () => {
  test('nobody gets a lease on it on another one, and is told by whom and what to do', async () => {
    person(a, 'protect', a.file('frozen.sql'), '--reason', 'it runs in production');
    const refused = await refusedOnB('frozen.sql');
    assert.equal(refused.code, 'conflict');
    assert.match(refused.message, kHere);
    assert.match(refused.message, /it runs in production/);
    assert.match(refused.hint, /a person can allow it/);
    assert.match(refused.hint, /governorctl protect --remove/);
    const whole = await b.refusal('request_write', { paths: [`${b.clone}/`] });
    assert.match(whole.hint, /by their names/);
    await grantedOnB('beside.sql');
    const reading = await b.call('request_write', { paths: [b.file('frozen.sql')], mode: 'shared' });
    await b.call('release_write', { lease: reading.lease });
  });

  test('a hook there does not let a tool write it', () => {
    const refused = b.hook('frozen.sql', 'drop table x;\n');
    assert.equal(refused.permissionDecision, 'deny');
    assert.match(refused.permissionDecisionReason, kHere);
    assert.equal(b.hook('other.sql', 'select 1;\n').permissionDecision, 'allow');
  });

  test('where it is protected it is judged as ever: a lease, and no write', async () => {
    const held = await a.take('frozen.sql');
    const given = { path: a.file('frozen.sql'), lease: held.lease, content: 'x\n' };
    assert.equal((await a.refusal('commit_file', given)).code, 'conflict');
    await a.call('release_write', { lease: held.lease });
  });

  test('a person’s leave counts on the machine where it was given', async () => {
    person(b, 'unlock', b.file('frozen.sql'), '--for', '10m');
    const held = await b.take('frozen.sql');
    await b.commit('frozen.sql', held.lease, 'select 2;\n');
    await b.call('release_write', { lease: held.lease });
    const late = await b.take('frozen.sql');
    person(b, 'unlock', b.file('frozen.sql'), '--for', '0');
    const given = { path: b.file('frozen.sql'), lease: late.lease, content: 'select 3;\n' };
    assert.match((await b.refusal('commit_file', given)).message, kHere);
    await b.call('release_write', { lease: late.lease });
    await refusedOnB('frozen.sql');
  });

  test('a lease from before is none to write it', async () => {
    const held = await b.take('held.sql');
    await b.commit('held.sql', held.lease, 'select 1;\n');
    let known = createHash('sha256').update('select 1;\n').digest('hex');
    // Null: it is written.
    const refusal = async () => {
      const content = `select ${Math.random()};\n`;
      const given = { path: b.file('held.sql'), lease: held.lease, content, expected_sha256: known };
      const result = await b.result('commit_file', given);
      if (!result.isError) known = createHash('sha256').update(content).digest('hex');
      return result.isError ? result._meta[kErrorKey] : null;
    };
    person(a, 'protect', a.file('held.sql'));
    person(a, 'protect', a.file('other.sql'));
    const refused = await until(kLong, 'B is refused', refusal);
    assert.match(refused.message, kHere);
    await b.call('renew_write', { lease: held.lease });
    // The lease that the hook took before is open still.
    await until(kLong, 'the hook is refused', () => b.hook('other.sql', 'select 2;\n').permissionDecision === 'deny');
    person(a, 'protect', '--remove', a.file('held.sql'));
    await until(kLong, 'B writes again', async () => (await refusal()) === null);
    await b.call('release_write', { lease: held.lease });
  });

  test('it stands while the daemon that has it is dead', async () => {
    const pid = await a.pid();
    process.kill(a.client.channel.pid, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await until(kLong, 'the daemon is dead', () => !alive(pid));
    await until(kLong, 'its time is over', () => {
      const { shared } = JSON.parse(b.ctl('shared', 'status'));
      return shared.daemons.filter((daemon) => daemon.is_member).length === 1;
    });
    assert.match((await b.refusal('request_write', { paths: [b.file('frozen.sql')] })).message, kHere);
    a.connect();
    await a.take('again.txt');
    assert.match((await b.refusal('request_write', { paths: [b.file('frozen.sql')] })).message, kHere);
  });

  test('what is no longer protected B gets', async () => {
    person(a, 'protect', '--remove', a.file('frozen.sql'));
    const held = await grantedOnB('frozen.sql');
    await b.call('release_write', { lease: held.lease });
  });

  test('a pattern counts in the whole workspace, a name that counts everywhere on its machine alone', async () => {
    person(a, 'protect', 'certificates/**/*.pem');
    person(a, 'protect', '.env');
    await refusedOnB('certificates/ca/root.pem');
    await grantedOnB('certificates/readme.txt');
    await grantedOnB('.env');
  });

  test('without the database nobody can say, and what was protected meanwhile is told when it is back', async () => {
    server.stop();
    person(a, 'protect', a.file('late.sql'));
    const unknown = await b.refusal('request_write', { paths: [b.file('certificates/ca/root.pem')] });
    assert.equal(unknown.code, 'storage_unavailable');
    server.start();
    await until(kLong, 'it recovers', async () => (await b.world.health()).status === 'ok');
    await refusedOnB('late.sql');
    await refusedOnB('certificates/ca/root.pem');
  });

  test('who leaves takes its protections along', async () => {
    a.ctl('shared', 'leave');
    await grantedOnB('late.sql');
  });
});

test('what was started ends in order', async () => {
  await a.world.close();
  await b.world.close();
});
