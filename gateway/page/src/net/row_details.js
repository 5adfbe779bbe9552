// What only the rows in sight need: newest risks, probability to fail, and the reason of the last decision.
import { useEffect, useRef, useState } from 'preact/hooks';
import { request, tool } from './rpc.js';

/// Who scrolls by does not look.
const kRest = 120;
const kMostAtOnce = 60;
const kRisks = 40;
const kTogether = 6;

/// A map from agent to `{updates, risks, failure, failures, reason}`. It is read for `ids` where an agent has had another update
/// (`updates`, a map) since.
export function useRowDetails(ids, updates) {
  const known = useRef(new Map());
  const [, redraw] = useState(0);
  useEffect(() => {
    const missing = ids.filter(
      (id) => updates.get(id) > 0 && known.current.get(id)?.updates !== updates.get(id),
    );
    if (missing.length === 0) return undefined;
    let isOver = false;
    const timer = setTimeout(async () => {
      const read = await readDetails(missing.slice(0, kMostAtOnce), updates).catch(() => new Map());
      for (const [id, detail] of read) known.current.set(id, detail);
      if (!isOver) redraw((count) => count + 1);
    }, kRest);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [ids, updates]);
  return known.current;
}

async function readDetails(ids, updates) {
  const details = new Map();
  const { recent } = await request('governor/overview', { agents: 1, recent_of: ids, recent: kRisks });
  const risks = new Map(recent.map(({ agent_id, risk }) => [agent_id, risk]));
  const waiting = [...ids];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const metrics = await tool('get_governance_metrics', { agent_id: id });
      details.set(id, {
        updates: updates.get(id),
        risks: risks.get(id),
        reason: metrics.decision?.reason,
        failure: metrics.failure_probability,
        failures: metrics.failure_probability === undefined ? [] : await failuresOf(id),
      });
    }
  };
  await Promise.all(Array.from({ length: kTogether }, work));
  return details;
}

/// What was said at the end of each of its newest turns, oldest first.
async function failuresOf(id) {
  const { evidence } = await tool('get_evidence', { agent_id: id, limit: 300 });
  return evidence
    .filter(({ kind }) => kind === 'judged')
    .map(({ failure_probability }) => failure_probability)
    .reverse();
}
