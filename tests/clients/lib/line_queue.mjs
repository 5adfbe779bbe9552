import { within } from './deadlines.mjs';

// Cuts a readable stream into lines and lets a test take the ones it waits for. Lines stay bytes: what is not
// UTF-8 or not JSON must not be repaired on the way to the check.
export class LineQueue {
  #parts = [];
  #lines = [];
  #waiting = [];
  #listeners = [];
  #ended = null;

  constructor(stream, name) {
    this.name = name;
    stream.on('data', (chunk) => this.#feed(chunk));
    stream.on('end', () => this.#end(new Error(`${name} ended its output`)));
    stream.on('close', () => this.#end(new Error(`${name} was closed`)));
    stream.on('error', (error) => this.#end(error));
  }

  /// `listener` gets each line as a Buffer before anyone takes it.
  listen(listener) {
    this.#listeners.push(listener);
  }

  /// The first line, past or future, for which `wanted` is true; it is removed from the queue.
  take(ms, what, wanted = () => true) {
    const at = this.#lines.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.#lines.splice(at, 1)[0]);
    if (this.#ended) return Promise.reject(this.#ended);
    const waiter = { wanted };
    const answer = new Promise((resolve, reject) => Object.assign(waiter, { resolve, reject }));
    this.#waiting.push(waiter);
    return within(ms, `${this.name}: ${what}`, answer).finally(() => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
    });
  }

  /// Takes every line that is there now.
  takeAll() {
    return this.#lines.splice(0);
  }

  #feed(chunk) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#parts.push(chunk.subarray(from, at));
      this.#deliver(Buffer.concat(this.#parts));
      this.#parts = [];
      from = at + 1;
    }
    if (from < chunk.length) this.#parts.push(chunk.subarray(from));
  }

  #deliver(line) {
    for (const listener of this.#listeners) listener(line);
    const waiter = this.#waiting.find((one) => one.wanted(line));
    if (waiter) {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.resolve(line);
    } else {
      this.#lines.push(line);
    }
  }

  #end(error) {
    this.#ended ??= error;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(this.#ended);
  }
}
