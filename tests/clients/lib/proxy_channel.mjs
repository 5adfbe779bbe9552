import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { kShort, within } from './deadlines.mjs';
import { LineQueue } from './line_queue.mjs';

// A governor-proxy whose standard input and output the test holds itself.
export class ProxyChannel {
  #child;
  #exited;

  /// `through` are words before the program's own: whoever starts it for us.
  constructor(world, { args = [], env = {}, through = [] } = {}) {
    const [program, ...words] = [...through, world.binary('governor-proxy'), ...args];
    this.#child = spawn(program, words, {
      env: { ...world.environment(), ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.stdin.on('error', () => {});
    this.lines = new LineQueue(this.#child.stdout, 'governor-proxy');
    world.atEnd(() => this.close());
  }

  get pid() {
    return this.#child.pid;
  }

  /// Sends bytes as they are; resolves when they have left this process.
  write(bytes) {
    return within(
      kShort * 6,
      'governor-proxy takes its input',
      new Promise((resolve, reject) => {
        this.#child.stdin.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    );
  }

  /// Ends the input; the proxy must then end by itself.
  async close() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin.end();
    try {
      await within(kShort, 'governor-proxy exits at the end of its input', this.#exited);
    } catch (error) {
      this.#child.kill('SIGKILL');
      await this.#exited;
      throw error;
    }
  }
}
