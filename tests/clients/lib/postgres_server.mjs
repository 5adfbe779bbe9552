import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const kScript = path.resolve(import.meta.dirname, '../../support/postgres_server.sh');
const kNoServer = 77;

// A PostgreSQL server of one test's own, on a Unix socket and on 127.0.0.1; see the script.
export class PostgresServer {
  #directory = mkdtempSync(path.join(os.tmpdir(), 'gov-pg-'));
  #runs = false;

  static async begin() {
    const server = new PostgresServer();
    server.port = await freePort();
    server.start();
    return server;
  }

  // A streaming replica of it. A commit waits for it from then on.
  async replicate() {
    const replica = new PostgresServer();
    replica.port = await freePort();
    replica.#run('replicate', this.#directory, String(replica.port));
    replica.#runs = true;
    this.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
    this.query('SELECT pg_reload_conf()');
    return replica;
  }

  // It is the server from now on, whatever it was a replica of.
  promote() {
    this.#run('promote');
  }

  // pgbouncer before it, in transaction mode: null where there is none here.
  pool() {
    const pool = new Pool(this.#directory);
    return pool.start() ? pool : null;
  }

  // What psql prints of it, without headings.
  query(sql) {
    const words = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', this.address, '-c', sql];
    return execFileSync('psql', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  }

  start() {
    this.#run('start', String(this.port));
    this.#runs = true;
  }

  /// As by a power failure.
  stop() {
    this.#runs = false;
    this.#run('stop');
  }

  close() {
    if (this.#runs) this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get address() {
    return `postgresql:///postgres?user=tester&port=${this.port}&host=${this.#directory}`;
  }

  // Either of the two, whichever takes writes.
  addressWith(replica) {
    const hosts = `host=${this.#directory},${replica.#directory}&port=${this.port},${replica.port}`;
    return `postgresql:///postgres?user=tester&${hosts}&target_session_attrs=read-write`;
  }

  get socketPath() {
    return path.join(this.#directory, `.s.PGSQL.${this.port}`);
  }

  get networkAddress() {
    return `postgresql://tester@127.0.0.1:${this.port}/postgres`;
  }

  #run(verb, ...more) {
    try {
      execFileSync(kScript, [verb, this.#directory, ...more], { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch (error) {
      if (error.status !== kNoServer) throw error;
      throw new Error('PostgreSQL is needed (Debian: postgresql, Homebrew: postgresql)');
    }
  }
}

class Pool {
  #directory = mkdtempSync(path.join(os.tmpdir(), 'gov-pool-'));
  #server;
  #runs = false;

  constructor(server) {
    this.#server = server;
  }

  start() {
    try {
      execFileSync(kScript, ['pool', this.#directory, this.#server], { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch (error) {
      if (error.status !== kNoServer) throw error;
      return false;
    }
    this.#runs = true;
    return true;
  }

  stop() {
    this.#runs = false;
    execFileSync(kScript, ['unpool', this.#directory], { stdio: 'inherit' });
  }

  close() {
    if (this.#runs) this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get address() {
    return `postgresql:///postgres?port=6432&host=${this.#directory}`;
  }
}

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
