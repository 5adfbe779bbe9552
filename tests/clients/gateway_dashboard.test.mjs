import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import net from 'node:net';
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
    assert.equal(again.code, 1);
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

closeAsLastTest(world);
