// The keyboard: j and k, Enter, /, g and a letter, r, ?.
import { kViews, routeTo } from '../lib/route.js';
import { reloadAll } from '../net/source.js';

const kPatience = 1_500;
const lists = [];

/// A list that moves by itself; the newest counts. Gives what ends that.
export function listKeys(list) {
  lists.push(list);
  return () => lists.splice(lists.indexOf(list), 1);
}

function moveFocus(step) {
  const rows = [...document.querySelectorAll('main [data-row]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/// The first link or button of the row that has the focus.
function openFocused(event) {
  const row = document.activeElement;
  if (!row?.matches?.('[data-row]')) return;
  event.preventDefault();
  row.querySelector('a, button')?.click();
}

const isTyping = (target) => target.closest?.('input, textarea, select, dialog') !== null;

export function startKeys(showHelp) {
  let sinceG = -Infinity;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && event.target.matches?.('[data-search]')) return event.target.blur();
    if (isTyping(event.target)) return;
    const list = lists.at(-1);
    if (performance.now() - sinceG < kPatience) {
      sinceG = -Infinity;
      const view = kViews.find(({ key }) => key === event.key);
      if (view) location.hash = routeTo(view.name);
      return;
    }
    const step = { j: 1, k: -1 }[event.key];
    if (step) return list ? list.move(step) : moveFocus(step);
    if (event.key === 'g') sinceG = performance.now();
    else if (event.key === 'r') reloadAll();
    else if (event.key === '?') showHelp();
    else if (event.key === 'Enter' && !event.target.closest('a, button'))
      list ? list.open() : openFocused(event);
    else if (event.key === '/') {
      event.preventDefault();
      document.querySelector('[data-search]')?.focus();
    }
  });
}
