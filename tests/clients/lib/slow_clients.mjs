import { fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

// Many clients that connect and then say nothing, or half of something: in processes of their own, as each may have only
// so many descriptors.

const kEach = 2_000;
/// So many are on the way at once in a process: the rest would wait in the kernel, and not for the gateway.
const kAtOnce = 50;

export class SlowClients {
  #children;
  #counts;

  constructor(port, count) {
    const file = fileURLToPath(import.meta.url);
    this.#children = Array.from({ length: Math.ceil(count / kEach) }, (_, index) =>
      fork(file, [String(port), String(Math.min(kEach, count - index * kEach))]),
    );
    this.#counts = this.#children.map(() => ({ connected: 0, closed: 0, failed: 0 }));
    this.#children.forEach((child, index) => child.on('message', (counts) => (this.#counts[index] = counts)));
  }

  /// How many have been connected, how many of these are closed again, how many never got through.
  get counts() {
    const sum = (name) => this.#counts.reduce((total, counts) => total + counts[name], 0);
    return { connected: sum('connected'), closed: sum('closed'), failed: sum('failed') };
  }

  async end() {
    const running = this.#children.filter((child) => child.exitCode === null && child.signalCode === null);
    const exits = running.map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(exits);
  }
}

function attack(port, count) {
  const counts = { connected: 0, closed: 0, failed: 0 };
  let begun = 0;
  const next = () => {
    if (begun === count) return;
    const number = begun++;
    let isConnected = false;
    const socket = net.connect(port, '127.0.0.1', () => {
      isConnected = true;
      ++counts.connected;
      // Half of them begin a request that they do not end.
      if (number % 2 === 0) socket.write('GET /health HTTP/1.1\r\nHost: ');
      next();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      ++counts[isConnected ? 'closed' : 'failed'];
      if (!isConnected) next();
    });
  };
  for (let i = 0; i < kAtOnce; ++i) next();
  setInterval(() => process.send(counts), 100);
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) attack(Number(process.argv[2]), Number(process.argv[3]));
