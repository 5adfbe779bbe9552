import { once } from 'node:events';
import net from 'node:net';
import { kShort, within } from './deadlines.mjs';
import { LineQueue } from './line_queue.mjs';

// A connection to the daemon's own socket, without the proxy.
export class SocketChannel {
  #socket;

  /// Connects; rejects when no daemon listens.
  static async connect(world) {
    const socket = net.createConnection(world.socketPath);
    await within(kShort, 'connect to the daemon', once(socket, 'connect'));
    return new SocketChannel(world, socket);
  }

  constructor(world, socket) {
    this.#socket = socket;
    this.closed = once(socket, 'close');
    this.closed.catch(() => {});
    socket.on('error', () => {});
    this.lines = new LineQueue(socket, 'governord');
    world.atEnd(() => this.close());
  }

  write(bytes) {
    return within(
      kShort * 6,
      'governord takes its input',
      new Promise((resolve, reject) => {
        this.#socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    );
  }

  async close() {
    if (this.#socket.closed) return;
    this.#socket.destroy();
    await within(kShort, 'the socket closes', this.closed);
  }
}
