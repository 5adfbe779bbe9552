import { useEffect, useState } from 'preact/hooks';

/// A value that parts of the page look at together.
export class Cell {
  #value;
  #watchers = new Set();

  constructor(value) {
    this.#value = value;
  }

  get() {
    return this.#value;
  }

  set(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher(value);
  }

  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

export function useCell(cell) {
  const [value, setValue] = useState(cell.get());
  useEffect(() => {
    setValue(cell.get());
    return cell.watch(setValue);
  }, [cell]);
  return value;
}
