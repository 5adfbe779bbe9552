import { reloadAll } from '../net/source.js';

/// What is said of an action that is done. What no push tells of is read again as well.
export function done(text) {
  reloadAll();
  return text;
}
