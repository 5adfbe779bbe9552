// All agents. They are read once, page by page, and shown as they come; then only what has changed is read, however many there
// are, at every push.
import { useEffect } from 'preact/hooks';
import { AgentList } from '../lib/agent_list.js';
import { pagesOf, request } from './rpc.js';
import { useSource } from './source.js';

/// What no entry of governor's log tells of is read at least so often while something else changes.
const kWholeEvery = 10 * 60_000;
/// Drawing a list that grows takes time of reading it.
const kDrawEvery = 300;

/// The list that is shown, and the one that is read to take its place; the same at first.
let shown = null;
let reading = null;
let mark = null;
let wholeAt = 0;
let isLate = false;
/// Of the read that is under way, whichever view began it; and how the newest view draws a part.
let whole = null;
let draw = null;

/// Nothing of what was read stays.
export function forgetAgents() {
  shown = reading = mark = null;
}

async function readPages() {
  // What changes from here on is told of with the mark, whichever page it stands on.
  const begun = await request('governor/changed_agents', {});
  const list = new AgentList();
  reading = list;
  shown ??= list;
  mark ??= begun.mark;
  // Unless all of it comes.
  isLate = true;
  let drawn = -Infinity;
  for await (const page of pagesOf('list_agents', 'agents', {})) {
    list.addPage(page);
    if (shown !== list || performance.now() - drawn < kDrawEvery) continue;
    draw(list.rows);
    drawn = performance.now();
  }
  list.end();
  shown = list;
  wholeAt = Date.now();
  isLate = false;
  return list.rows;
}

async function readWhole(known, drawPart) {
  // Who comes back to the view needs only what has changed.
  if (shown?.isWhole && !isLate) return shown.rows;
  draw = drawPart;
  whole ??= readPages().finally(() => (whole = reading = null));
  return whole;
}

async function readChanged() {
  if (mark === null) return null;
  const { agents, mark: now, more } = await request('governor/changed_agents', { after: mark });
  for (const list of new Set([shown, reading])) list?.addChanged(agents);
  mark = now;
  isLate ||= more || (shown?.isWhole && Date.now() - wholeAt > kWholeEvery);
  return shown?.rows ?? null;
}

/// As `useSource` gives it; with `isPartial` there are more, which are being read.
export function useAgents() {
  const all = useSource('agents whole', [], readWhole);
  const changed = useSource('agents changed', ['governor://agents'], readChanged);
  useEffect(() => {
    if (isLate && whole === null) all.reload();
  }, [changed.time]);
  return {
    ...all,
    data: shown?.rows ?? null,
    isPartial: shown !== null && !shown.isWhole,
    error: all.error ?? changed.error,
  };
}
