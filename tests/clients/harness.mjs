import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { alive } from './lib/alive.mjs';
import { kLong, kShort, until, within } from './lib/deadlines.mjs';
import { ProxyChannel } from './lib/proxy_channel.mjs';
import { RawClient } from './lib/raw_client.mjs';
import { SocketChannel } from './lib/socket_channel.mjs';

/// Clients have all tools unless they ask for others.
const kAllTools = ['--tools', 'full'];
/// The state directory in a home directory.
const kUsualState =
  process.platform === 'darwin' ? 'Library/Application Support/governor' : '.local/state/governor';

// A private place for one daemon: its own runtime and state directories, its own configuration. Everything
// started here is ended by `close()`, by process id, and the directories are removed.
export class World {
  #root = mkdtempSync(path.join(os.tmpdir(), 'gov-'));
  #endings = [];
  #pids = new Set();
  #survives;
  #usualPlaces;
  #closing = null;
  #daemon;
  #more;

  /// With `survives` false the daemon may end and be started again; else that, which the proxy hides, is a
  /// failure. With `usualPlaces` state and configuration are where they are by default, below `home`. `config` is
  /// added to the configuration, `environment` to that of all programs. `daemon` is the program.
  constructor({
    survives = true,
    usualPlaces = false,
    config = {},
    environment = {},
    daemon = 'governord',
  } = {}) {
    this.#more = environment;
    this.#daemon = daemon;
    this.#survives = survives;
    this.#usualPlaces = usualPlaces;
    this.home = this.#root;
    this.runtimeDir = path.join(this.#root, 'run');
    this.stateDir = path.join(this.#root, usualPlaces ? kUsualState : 'state');
    this.socketPath = path.join(this.runtimeDir, 'governor.sock');
    // GOVERNOR_TEST_CONFIG lets the whole suite run with other settings, for example {"io_threads": 4}.
    // The clients stand for people as well, who acknowledge alerts.
    const settings = JSON.parse(process.env.GOVERNOR_TEST_CONFIG ?? '{}');
    writeFileSync(
      path.join(this.#root, 'config.json'),
      JSON.stringify({ agents_decide: true, ...config, ...settings }),
    );
  }

  binary(name) {
    const folder = process.env.GOVERNOR_BIN_DIR;
    if (!folder) throw new Error('GOVERNOR_BIN_DIR must name the folder with governord and governor-proxy');
    const file = path.resolve(folder, name);
    if (!existsSync(file)) throw new Error(`${file} does not exist; build the target ${name}`);
    return file;
  }

  /// What a process of this world needs and nothing of the user's own places.
  environment() {
    return {
      PATH: process.env.PATH,
      ...this.#sanitizerOptions(),
      ...this.#more,
      HOME: this.#root,
      GOVERNOR_RUNTIME_DIR: this.runtimeDir,
      ...(this.#usualPlaces
        ? {}
        : { GOVERNOR_STATE_DIR: this.stateDir, GOVERNOR_CONFIG: path.join(this.#root, 'config.json') }),
      GOVERNOR_DAEMON: path.resolve(process.env.GOVERNOR_BIN_DIR ?? '.', this.#daemon),
    };
  }

  /// Parameters for the official packages' StdioClientTransport.
  proxyParameters(args = kAllTools) {
    return { command: this.binary('governor-proxy'), args, env: this.environment(), stderr: 'inherit' };
  }

  /// `ending` runs at the end, last added first.
  atEnd(ending) {
    this.#endings.push(ending);
  }

  /// A raw client behind a proxy of its own; the first one starts the daemon.
  proxied(name = 'raw', options = {}) {
    return new RawClient(new ProxyChannel(this, { args: kAllTools, ...options }), name);
  }

  /// A raw client on the socket; a daemon must be running.
  async direct(name = 'socket') {
    return new RawClient(await SocketChannel.connect(this), name);
  }

  /// The daemon's health, asked on a connection of its own; throws when there is none.
  async health() {
    const client = await this.direct('health');
    try {
      const { result } = await client.request('governor/health');
      this.#pids.add(result.pid);
      return result;
    } finally {
      await client.channel.close();
    }
  }

  /// Waits until a daemon other than `old` answers.
  otherDaemon(old) {
    return until(kLong, 'a new daemon answers', async () => {
      const health = await this.health().catch(() => null);
      return health && health.pid !== old ? health : null;
    });
  }

  log() {
    try {
      return readFileSync(path.join(this.stateDir, 'governor.log'), 'utf8');
    } catch {
      return '(no log)';
    }
  }

  /// Ends everything; throws if something did not end by itself or the daemon did not live until now.
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close() {
    const failures = [];
    const failed = (error) => failures.push(error);
    for (const ending of this.#endings.splice(0).reverse()) await ending().catch(failed);
    await this.#stopDaemon().catch(failed);
    failures.push(...this.#sanitizerReports(), ...this.#unexpectedStarts());
    rmSync(this.#root, { recursive: true, force: true });
    if (failures.length > 0) throw new Error(failures.map((error) => error.message).join('; '));
  }

  async #stopDaemon() {
    let refused = null;
    if (existsSync(this.socketPath)) {
      const client = await this.direct('stop').catch(() => null);
      if (client) {
        await client.request('governor/hello', { protocol: 1, role: 'person' });
        const { result } = await client.request('governor/stop', { reason: 'end of test' });
        this.#pids.add(result.pid);
        await within(kShort * 2, 'the daemon closes its connections', client.channel.closed);
      }
    }
    for (const pid of this.#pids) {
      try {
        await until(kShort * 2, `daemon ${pid} ends`, () => !alive(pid));
      } catch (error) {
        process.kill(pid, 'SIGKILL');
        refused = error;
      }
    }
    if (refused) throw refused;
  }

  /// A daemon has no standard error: its sanitizers write where `close()` looks.
  #sanitizerOptions() {
    const reports = `log_path=${path.join(this.#root, 'sanitizer')}`;
    return Object.fromEntries(
      ['ASAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS'].map((name) => [
        name,
        [process.env[name], reports].filter(Boolean).join(':'),
      ]),
    );
  }

  #sanitizerReports() {
    const files = readdirSync(this.#root).filter((name) => name.startsWith('sanitizer'));
    return files.map((name) => new Error(readFileSync(path.join(this.#root, name), 'utf8').slice(0, 8_000)));
  }

  #unexpectedStarts() {
    if (!this.#survives || !existsSync(this.stateDir)) return [];
    const starts = this.log().match(/ starts, pid \d+/g) ?? [];
    return starts.length === 1
      ? []
      : [new Error(`one start of the daemon was expected in its log:\n${this.log()}`)];
  }
}

/// Registers the last test of a file. A check in an `after` hook of the file alone would not fail it.
export function closeAsLastTest(world) {
  test('what was started ends in order', () => world.close());
  after(() => world.close().catch(() => {}));
}
