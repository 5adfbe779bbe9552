// What the page has read of the daemon, read again when the daemon tells of a change, and shared by all who look at it.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Refresher } from '../lib/refresher.js';
import { Cell } from './cell.js';
import { follow } from './live.js';

const kClock = {
  now: () => performance.now(),
  later: (action, wait) => setTimeout(action, wait),
  cancel: (timer) => clearTimeout(timer),
};

const kNothing = { data: null, error: null, time: null };
/// What was read of views that were left: who comes back sees it until it is read again.
const kMostRemembered = 12;
const sources = new Map();
const remembered = new Map();

function remember(key, state) {
  remembered.delete(key);
  remembered.set(key, state);
  if (remembered.size > kMostRemembered) remembered.delete(remembered.keys().next().value);
}

class Source {
  state;
  users = 0;
  #refresher;
  #unfollow;
  #isHidden = () => this.#refresher.hold(document.hidden);

  constructor(known, uris, load) {
    this.state = new Cell(known);
    this.#refresher = new Refresher(() => this.#read(load), kClock);
    this.#unfollow = follow(uris, () => this.#refresher.tell());
    document.addEventListener('visibilitychange', this.#isHidden);
    this.#refresher.tell();
  }

  tell() {
    this.#refresher.tell();
  }

  end() {
    this.#unfollow();
    this.#refresher.end();
    document.removeEventListener('visibilitychange', this.#isHidden);
  }

  async #read(load) {
    try {
      const draw = (part) => this.state.set({ data: part, error: null, time: new Date().toISOString() });
      const data = await load(this.state.get().data, draw);
      this.state.set({ data, error: null, time: new Date().toISOString() });
    } catch (error) {
      // What was known stays to be seen.
      this.state.set({ ...this.state.get(), error });
    }
  }
}

/// `{data, error, time, reload}` of what `load` reads, told of by `uris`. `load` gets what was read before, and a function that
/// shows a part of what it is reading. Who asks with the same key shares it.
export function useSource(key, uris, load) {
  const [state, setState] = useState(() => sources.get(key)?.state.get() ?? remembered.get(key) ?? kNothing);
  useEffect(() => {
    let source = sources.get(key);
    if (!source) sources.set(key, (source = new Source(remembered.get(key) ?? kNothing, uris, load)));
    ++source.users;
    setState(source.state.get());
    const unwatch = source.state.watch(setState);
    return () => {
      unwatch();
      if (--source.users > 0) return;
      source.end();
      if (source.state.get().data) remember(key, source.state.get());
      sources.delete(key);
    };
  }, [key]);
  const reload = useMemo(() => () => sources.get(key)?.tell(), [key]);
  return { ...state, reload };
}

/// Nothing of what was read stays.
export function forgetAll() {
  remembered.clear();
}

/// Everything that is shown is read again: what no push tells of may have changed too.
export function reloadAll() {
  for (const source of sources.values()) source.tell();
}
