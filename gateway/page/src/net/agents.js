// All agents. A large fleet takes long to read, so it is read as a whole seldom, and what has changed since at every push.
import { useEffect } from 'preact/hooks';
import { withChanged } from '../lib/order.js';
import { allRows, request } from './rpc.js';
import { useSource } from './source.js';

/// Words about agents (purpose, tags), of which nothing tells, are read at least so often while something else changes.
const kWholeEvery = 30_000;
/// If more than this has changed, the whole is read.
const kMostChanged = 1_000;
/// What was changed while the last answer was on its way is asked for again.
const kOverlap = 2_000;

let list = { rows: null, seen: '', wholeAt: 0, isLate: false };

async function readWhole() {
  const { time } = await request('governor/overview', { agents: 1 });
  const { rows } = await allRows('list_agents', 'agents', {});
  list = { rows, seen: time, wholeAt: Date.now(), isLate: false };
  return rows;
}

async function readChanged() {
  const { rows, seen } = list;
  if (!rows) return null;
  const since = new Date(Date.parse(seen) - kOverlap).toISOString();
  const { agents, time, more_agents: more } = await request('governor/overview', {
    agents: kMostChanged,
    changed_since: since,
  });
  // Who reads the whole meanwhile knows better.
  if (list.rows === rows) {
    const isLate = more || Date.now() - list.wholeAt > kWholeEvery;
    list = { ...list, rows: withChanged(rows, agents), seen: more ? seen : time, isLate };
  }
  return list.rows;
}

/// As `useSource` gives it.
export function useAgents() {
  const whole = useSource('agents whole', [], readWhole);
  const changed = useSource('agents changed', ['governor://agents'], readChanged);
  useEffect(() => changed.reload(), [whole.data]);
  useEffect(() => list.isLate && whole.reload(), [changed.data]);
  return { ...whole, data: list.rows, error: whole.error ?? changed.error };
}
