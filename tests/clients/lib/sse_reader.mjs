import { kLong, within } from './deadlines.mjs';

/// Server-sent events of a response, one after the other.
export class SseReader {
  #reader;
  #rest = '';
  #decoder = new TextDecoder();
  #abort;

  /// Of a request whose answer must be a stream of events.
  static async open(url, options = {}) {
    const abort = new AbortController();
    const response = await within(kLong, `${url} answers`, fetch(url, { ...options, signal: abort.signal }));
    if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw new Error(`no events: ${response.status} ${await response.text()}`);
    return new SseReader(response, abort);
  }

  constructor(response, abort) {
    this.#reader = response.body.getReader();
    this.#abort = abort;
  }

  /// The next event: {event, id, data}; null at the end.
  next() {
    return within(kLong, 'the next event', this.#next());
  }

  /// The first event from here on for which `wanted` holds.
  async find(what, wanted) {
    for (;;) {
      const event = await this.next();
      if (event === null) throw new Error(`the events ended before: ${what}`);
      if (wanted(event)) return event;
    }
  }

  async #next() {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        const event = parse(block);
        if (event) return event;
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
  }

  /// Goes away, as a client whose network is lost.
  close() {
    this.#abort.abort();
  }
}

function parse(block) {
  const event = {};
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) continue;
    const colon = line.indexOf(':');
    event[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
  }
  return Object.keys(event).length > 0 ? event : null;
}
