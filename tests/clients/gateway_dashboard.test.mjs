import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, stretched, until } from './lib/deadlines.mjs';

// `governorctl dashboard`: starts the gateway, gives links, ends it.

const world = new World({ survives: false });
world.atEnd(() => dashboard('--stop'));

/// What the command says with --json; throws if it fails, with what it wrote.
function dashboard(...args) {
  return control(['dashboard', '--json', ...args]);
}

function control(args) {
  const options = { env: world.environment(), timeout: stretched(kLong * 2) };
  return new Promise((resolve, reject) => {
    execFile(world.binary('governorctl'), args, options, (error, stdout, stderr) => {
      if (error) reject(Object.assign(new Error(stdout + stderr), { code: error.code }));
      else resolve(JSON.parse(stdout));
    });
  });
}

/// The status of the link, without going where it leads.
async function visit(url) {
  const response = await fetch(url, { redirect: 'manual' });
  await response.arrayBuffer();
  return response.status;
}

describe('governorctl dashboard', () => {
  let first;

  test('starts the gateway and gives a link that opens once', async () => {
    assert.deepEqual(await dashboard('--stop'), { stopped: false });
    first = await dashboard('--no-open');
    assert.equal(first.started, true);
    assert.equal(first.opened, false);
    assert.ok(alive(first.pid));
    assert.match(first.url, /^http:\/\/127\.0\.0\.1:\d+\/login\?token=[\w-]{43}$/);
    assert.equal(await visit(first.url), 303);
    assert.equal(await visit(first.url), 403);
  });

  test('goes on with the gateway that runs', async () => {
    const second = await dashboard('--no-open');
    assert.equal(second.started, false);
    assert.equal(second.pid, first.pid);
    assert.notEqual(second.url, first.url);
    assert.equal(await visit(second.url), 303);
  });

  test('a second gateway for the same places is refused', async () => {
    const again = await new Promise((resolve) => {
      const options = { env: world.environment(), timeout: stretched(kLong) };
      execFile(world.binary('governor-gateway'), ['--foreground', '--port', '0'], options, (error, _, stderr) =>
        resolve({ code: error?.code, stderr }),
      );
    });
    assert.equal(again.code, 3);
    assert.match(again.stderr, /a gateway runs already/);
  });

  test('the gateway ends, and the next one has its port again', async () => {
    assert.deepEqual(await dashboard('--stop'), { stopped: true });
    await until(kLong, 'it has ended', () => !alive(first.pid));
    const next = await dashboard('--no-open');
    assert.equal(next.started, true);
    assert.equal(new URL(next.url).port, new URL(first.url).port);
    assert.notEqual(next.url, first.url);
    assert.equal(await visit(first.url), 403);
  });

  test('a port that is taken is refused where it was asked for, and given up where it was only remembered', async () => {
    const taken = new URL(first.url).port;
    await dashboard('--stop');
    const other = net.createServer().listen(Number(taken), '127.0.0.1');
    await new Promise((resolve) => other.on('listening', resolve));
    try {
      await assert.rejects(dashboard('--no-open', '--port', taken), /cannot listen/);
      const elsewhere = await dashboard('--no-open');
      assert.notEqual(new URL(elsewhere.url).port, taken);
      assert.equal(await visit(elsewhere.url), 303);
    } finally {
      other.close();
    }
  });
});

describe('browsers that are logged in', () => {
  let gateway;
  let cookie;
  const kept = path.join(world.stateDir, 'gateway.browsers');

  async function session() {
    const response = await fetch(`${new URL(gateway.url).origin}/api/session`, { headers: { Cookie: cookie } });
    return { status: response.status, ...(await response.json()) };
  }

  test('are known after the gateway and the daemon were killed', async () => {
    gateway = await dashboard('--no-open');
    const response = await fetch(gateway.url, { redirect: 'manual' });
    cookie = response.headers.get('set-cookie').split(';')[0];
    const before = await session();
    assert.equal(before.status, 200);
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    assert.ok(!readFileSync(kept, 'utf8').includes(cookie.split('=')[1]));
    for (const pid of [gateway.pid, before.daemon.pid]) {
      process.kill(pid, 'SIGKILL');
      await until(kLong, `${pid} is dead`, () => !alive(pid));
    }
    const next = await dashboard('--no-open');
    assert.equal(new URL(next.url).port, new URL(gateway.url).port);
    assert.notEqual(next.pid, gateway.pid);
    gateway = next;
    await until(kLong, 'the next daemon is there', async () => (await session()).daemon?.pid);
    const after = await session();
    assert.equal(after.csrf, before.csrf);
    assert.notEqual(after.daemon.pid, before.daemon.pid);
  });

  test('are known after the gateway was ended in order, by a service manager for instance', async () => {
    process.kill(gateway.pid, 'SIGTERM');
    await until(kLong, 'it has ended', () => !alive(gateway.pid));
    gateway = await dashboard('--no-open');
    assert.equal((await session()).status, 200);
  });

  test('are logged out by --stop, whether a gateway runs or not', async () => {
    assert.deepEqual(await dashboard('--stop'), { stopped: true });
    assert.ok(!existsSync(kept));
    gateway = await dashboard('--no-open');
    assert.equal((await session()).status, 401);
    await fetch(gateway.url, { redirect: 'manual' });
    process.kill(gateway.pid, 'SIGKILL');
    await until(kLong, 'it is dead', () => !alive(gateway.pid));
    assert.ok(existsSync(kept));
    assert.deepEqual(await dashboard('--stop'), { stopped: false });
    assert.ok(!existsSync(kept));
  });
});

describe('the gateway as a process', () => {
  test('is confined, and the daemon that it starts is not', { skip: process.platform !== 'linux' }, async () => {
    const { pid } = await dashboard('--no-open');
    const status = (of) => readFileSync(`/proc/${of}/status`, 'utf8');
    const log = readFileSync(path.join(world.stateDir, 'gateway.log'), 'utf8');
    if (log.includes('the gateway is confined')) {
      assert.match(status(pid), /NoNewPrivs:\t1/);
      assert.match(status(pid), /Seccomp:\t2/);
    } else {
      assert.match(log, /the gateway cannot be kept from/);
    }
    const daemon = await world.health().catch(() => null);
    if (daemon) process.kill(daemon.pid, 'SIGKILL');
    if (daemon) await until(kLong, 'it is dead', () => !alive(daemon.pid));
    const { url } = await dashboard('--no-open');
    const response = await fetch(url, { redirect: 'manual' });
    const Cookie = response.headers.get('set-cookie').split(';')[0];
    const started = await until(kLong, 'the gateway has started a daemon', async () => {
      const answer = await fetch(`${new URL(url).origin}/api/session`, { headers: { Cookie } });
      return (await answer.json()).daemon.pid;
    });
    // Where everything is kept from new privileges, so is it; but not by the gateway.
    const privileges = (of) => status(of).match(/NoNewPrivs:\t(\d)/)[1];
    assert.equal(privileges(started), privileges('self'));
    // Neither is its parent, so it outlives the gateway.
    process.kill(pid, 'SIGKILL');
    await until(kLong, 'the gateway is dead', () => !alive(pid));
    assert.equal((await world.health()).pid, started);
  });
});

closeAsLastTest(world);
