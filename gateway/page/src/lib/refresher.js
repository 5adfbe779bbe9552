// When to read something again that one is told of. At once if it has been quiet, and else not before as much time has passed as
// reading took, several times over: so a fleet of any size costs the daemon the same share of its time.

const kLeastGap = 100;
const kShare = 4;

export class Refresher {
  #read;
  #clock;
  #running = false;
  #wanted = false;
  #timer = null;
  #notBefore = 0;
  #over = false;
  #held = false;

  /// `read` gives a promise that never rejects; `clock` has `now`, `later` and `cancel`.
  constructor(read, clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /// Something has changed.
  tell() {
    this.#wanted = true;
    this.#go();
  }

  /// Nobody looks: nothing is read until `hold(false)`.
  hold(held) {
    this.#held = held;
    if (this.#wanted) this.#go();
  }

  end() {
    this.#over = true;
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
  }

  #go() {
    if (this.#over || this.#held || this.#running || this.#timer !== null) return;
    const wait = this.#notBefore - this.#clock.now();
    if (wait > 0) {
      this.#timer = this.#clock.later(() => {
        this.#timer = null;
        this.#go();
      }, wait);
      return;
    }
    this.#run();
  }

  async #run() {
    this.#running = true;
    this.#wanted = false;
    const began = this.#clock.now();
    await this.#read();
    const ended = this.#clock.now();
    this.#notBefore = ended + Math.max(kLeastGap, kShare * (ended - began));
    this.#running = false;
    if (this.#wanted) this.#go();
  }
}
