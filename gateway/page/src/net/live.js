// The one stream of events that says what to read again. Nothing is ever asked for on a timer.
import { Cell } from './cell.js';
import { openSession } from './rpc.js';

/// Every view lives by some of these, so the stream always has them.
export const kFleet = [
  'governor://agents',
  'governor://alerts',
  'governor://approvals',
  'governor://deployments',
  'governor://leases',
  'governor://thresholds',
];

const kLeastPause = 500;
const kLongestPause = 10_000;

/// `live`, `away` (the gateway has no daemon), `lost` (no stream), `signed_out`, or `left` (by `leave`).
export const connection = new Cell('lost');

const wanted = new Map(kFleet.map((uri) => [uri, new Set()]));
let stream = null;
let older = [];
let covered = new Set();
let pause = kLeastPause;
let timer = null;
let isSettling = false;
let hasLeft = false;

/// Calls `changed` whenever the resource may have changed; gives what ends that.
export function follow(uris, changed) {
  for (const uri of uris) {
    if (!wanted.has(uri)) wanted.set(uri, new Set());
    wanted.get(uri).add(changed);
  }
  settle();
  return () => {
    for (const uri of uris) {
      wanted.get(uri).delete(changed);
      if (wanted.get(uri).size === 0 && !kFleet.includes(uri)) wanted.delete(uri);
    }
  };
}

/// Views come and go in one step; only then it is looked whether another stream is needed.
function settle() {
  if (isSettling) return;
  isSettling = true;
  queueMicrotask(() => {
    isSettling = false;
    const isShort = [...wanted.keys()].some((uri) => !covered.has(uri));
    if (timer === null && (stream === null || isShort)) open();
  });
}

function told(uris) {
  const once = new Set(uris.flatMap((uri) => [...(wanted.get(uri) ?? [])]));
  for (const changed of once) changed();
}

function closeAll() {
  for (const any of [...older.splice(0), stream]) any?.close();
  stream = null;
  covered = new Set();
}

/// Nothing is listened to any more, until the page is loaded again.
export function leave() {
  hasLeft = true;
  clearTimeout(timer);
  closeAll();
  connection.set('left');
}

/// Opens a stream of what is wanted now. The one before goes on until the new one has begun, so nothing is missed between.
function open() {
  if (hasLeft) return;
  const uris = [...wanted.keys()];
  if (stream) older.push(stream);
  const coveredBefore = stream?.readyState === EventSource.OPEN ? covered : new Set();
  const query = uris.map((uri) => `uri=${encodeURIComponent(uri)}`).join('&');
  const source = new EventSource(`/events?${query}`);
  let hasBegun = false;
  stream = source;
  covered = new Set(uris);
  source.addEventListener('hello', () => {
    if (source !== stream) return;
    for (const before of older.splice(0)) before.close();
    pause = kLeastPause;
    connection.set('live');
    told(hasBegun ? uris : uris.filter((uri) => !coveredBefore.has(uri)));
    hasBegun = true;
  });
  source.addEventListener('updated', ({ data }) => told([JSON.parse(data).uri]));
  source.addEventListener('daemon', ({ data }) =>
    connection.set(JSON.parse(data).connected ? 'live' : 'away'),
  );
  source.addEventListener('error', () => {
    if (source !== stream) return;
    if (connection.get() !== 'signed_out') connection.set('lost');
    // The browser tries again by itself, unless it was refused.
    if (source.readyState === EventSource.CLOSED) again();
  });
}

// A page that is left may be kept for who comes back, with its connections; the browser has six for all pages of the gateway.
addEventListener('pagehide', () => {
  clearTimeout(timer);
  timer = null;
  closeAll();
});
addEventListener('pageshow', ({ persisted }) => persisted && stream === null && open());

function again() {
  closeAll();
  timer = setTimeout(() => {
    timer = null;
    openSession().catch(({ code }) => code === 'signed_out' && connection.set(code));
    open();
  }, pause);
  pause = Math.min(pause * 2, kLongestPause);
}
