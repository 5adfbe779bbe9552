import { useEffect } from 'preact/hooks';
import { Cell, useCell } from '../net/cell.js';
import { fullTime, relativeTime } from '../lib/format.js';
import { html } from '../html.js';

/// Only the clock of this machine: nothing is asked for when it moves on.
const now = new Cell(Date.now());
const kStep = 5_000;
let users = 0;
let timer = null;

/// "5 min ago", with the whole local time where the pointer rests.
export function Time({ at }) {
  const time = useCell(now);
  useEffect(() => {
    if (users++ === 0) timer = setInterval(() => now.set(Date.now()), kStep);
    return () => {
      if (--users === 0) clearInterval(timer);
    };
  }, []);
  if (!at) return html`<span class="faint">–</span>`;
  return html`<time datetime=${at} title=${fullTime(at)}>${relativeTime(at, Math.max(time, Date.now()))}</time>`;
}
