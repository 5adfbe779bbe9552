import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const kName = '.s.PGSQL.5432';

// The way of one machine to the database, which may be cut off, or take its time.
export class Relay {
  #directory = mkdtempSync(path.join(os.tmpdir(), 'gov-relay-'));
  #target;
  #pairs = new Set();
  #listener;
  #isCut = false;
  #delay = 0;

  // `target` is the server's socket.
  static async begin(target) {
    const relay = new Relay();
    relay.#target = target;
    relay.#listener = net.createServer((socket) => relay.#accept(socket));
    await new Promise((resolve) => relay.#listener.listen(path.join(relay.#directory, kName), resolve));
    return relay;
  }

  get address() {
    return `postgresql:///postgres?user=tester&host=${this.#directory}`;
  }

  // Nothing gets through any more, and nobody is told.
  cut() {
    this.#isCut = true;
  }

  // What was under way is gone, and new connections are as ever.
  mend() {
    this.#isCut = false;
    this.drop();
  }

  drop() {
    for (const [socket, server] of this.#pairs) {
      socket.destroy();
      server.destroy();
    }
  }

  slow(ms) {
    this.#delay = ms;
  }

  close() {
    this.drop();
    this.#listener.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #accept(socket) {
    const server = net.connect(this.#target);
    const pair = [socket, server];
    this.#pairs.add(pair);
    this.#forward(socket, server);
    this.#forward(server, socket);
    for (const end of pair) {
      end.on('error', () => {});
      end.on('close', () => {
        this.#pairs.delete(pair);
        if (!this.#isCut) for (const other of pair) other.destroy();
      });
    }
  }

  #forward(from, to) {
    from.on('data', (bytes) => {
      if (this.#isCut) return;
      // In the order in which they came, whatever the delay is now.
      const delay = this.#delay;
      from.queue = (from.queue ?? Promise.resolve())
        .then(() => (delay > 0 ? new Promise((resolve) => setTimeout(resolve, delay)) : null))
        .then(() => (this.#isCut || to.destroyed ? null : to.write(bytes)));
    });
  }
}
