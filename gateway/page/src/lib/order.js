// How agents are filtered and sorted.

const kHealth = { critical: 0, degraded: 1, healthy: 3, unknown: 4 };
const kDecision = { reject: 0, revise: 1, approve: 3 };

/// How much an agent's figures ask for a person; smaller is more. Who is paused or put away does nothing.
export function urgency(agent) {
  if (agent.status !== 'active') return 5;
  return Math.min(kHealth[agent.health] ?? 4, kDecision[agent.decision] ?? 4);
}

const kOrders = {
  urgency: (a, b) => urgency(a) - urgency(b) || risk(b) - risk(a),
  risk: (a, b) => risk(b) - risk(a),
  updates: (a, b) => b.updates - a.updates,
  latest: (a, b) => (b.last_update ?? '').localeCompare(a.last_update ?? ''),
  name: () => 0,
};

export const kAgentOrders = Object.keys(kOrders);

function risk(agent) {
  return agent.metrics?.risk_score ?? -1;
}

const byName = (a, b) => (a.agent_id < b.agent_id ? -1 : a.agent_id > b.agent_id ? 1 : 0);

export function sortAgents(agents, order) {
  const compare = kOrders[order] ?? kOrders.urgency;
  return [...agents].sort((a, b) => compare(a, b) || byName(a, b));
}

export function filterAgents(agents, { text = '', health = '', status = '' }) {
  const wanted = text.toLowerCase();
  return agents.filter(
    (agent) =>
      (!health || agent.health === health) &&
      (!status || agent.status === status) &&
      (!wanted ||
        [agent.agent_id, agent.purpose, agent.owner?.client, ...(agent.tags ?? [])].some((value) =>
          value?.toLowerCase().includes(wanted),
        )),
  );
}
