import { Recorder } from './recorder.mjs';

/// A class that behaves as `Base`, one of the official packages' StdioClientTransport, and keeps what the
/// server said.
export function recording(Base) {
  return class RecordingTransport extends Base {
    errors = [];
    #rest = Buffer.alloc(0);

    constructor(parameters, { name, revision = null }) {
      super(parameters);
      this.recorder = new Recorder(name);
      this.revision = revision;
    }

    async start() {
      await super.start();
      this._process.stdout.on('data', (chunk) => this.#tap(chunk));
    }

    /// Asks for `revision` where one is set: the 1.x client has no option to offer an older one.
    async send(message) {
      const asked =
        this.revision && message.method === 'initialize'
          ? { ...message, params: { ...message.params, protocolVersion: this.revision } }
          : message;
      this.recorder.sent(asked);
      return super.send(asked);
    }

    #tap(chunk) {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (let at = this.#rest.indexOf(10); at >= 0; at = this.#rest.indexOf(10)) {
        this.recorder.received(this.#rest.subarray(0, at));
        this.#rest = this.#rest.subarray(at + 1);
      }
    }
  };
}
