// Who waits for whom, as a graph that can be drawn: holders on the left, those who wait for them to the right.

const kColumn = 240;
const kRow = 64;
const kMargin = 12;
export const kNode = { width: 184, height: 44 };

/// Nodes and edges of leases and waits (as `governor/overview` gives them), each who once.
export function waitGraph(leases, waits, nameOf) {
  const holders = new Map(leases.map((lease) => [lease.lease, lease]));
  const nodes = new Map();
  const edges = new Map();
  const node = (name, agent) => {
    if (!nodes.has(name)) nodes.set(name, { name, agent, holds: 0, waits: 0 });
    return nodes.get(name);
  };
  for (const wait of waits) {
    const waiter = nameOf(wait.waiter);
    ++node(waiter, wait.waiter.agent_id).waits;
    for (const key of wait.behind) {
      const lease = holders.get(key);
      if (!lease) continue;
      const holder = nameOf(lease);
      ++node(holder, lease.agent_id).holds;
      const edge = edges.get(`${waiter}\n${holder}`) ?? { from: waiter, to: holder, paths: new Set() };
      for (const path of wait.waiter.paths ?? []) edge.paths.add(path);
      edges.set(`${waiter}\n${holder}`, edge);
    }
  }
  return {
    nodes: [...nodes.values()],
    edges: [...edges.values()].map((edge) => ({ ...edge, paths: [...edge.paths] })),
  };
}

/// Places for all nodes: a column is how many waits are between it and somebody who waits for nobody; who is waited for stands
/// beside the first who waits. Circles, which governor refuses, would end the count.
export function placed({ nodes, edges }) {
  const behind = new Map(nodes.map(({ name }) => [name, []]));
  for (const { from, to } of edges) behind.get(from)?.push(to);
  const columns = new Map();
  const columnOf = (name, above) => {
    if (columns.has(name)) return columns.get(name);
    if (above.has(name)) return 0;
    above.add(name);
    const column = Math.max(0, ...behind.get(name).map((other) => 1 + columnOf(other, above)));
    above.delete(name);
    columns.set(name, column);
    return column;
  };
  for (const { name } of nodes) columnOf(name, new Set());
  const rows = rowsOf(nodes, edges, columns);
  const places = new Map(
    nodes.map((node) => [
      node.name,
      { ...node, x: kMargin + columns.get(node.name) * kColumn, y: kMargin + rows.get(node.name) * kRow },
    ]),
  );
  const lines = edges
    .filter(({ from, to }) => places.has(from) && places.has(to))
    .map((edge) => ({ ...edge, path: curve(places.get(edge.from), places.get(edge.to)) }));
  const all = [...places.values()];
  return {
    nodes: all,
    edges: lines,
    width: Math.max(0, ...all.map(({ x }) => x + kNode.width)) + kMargin,
    height: Math.max(0, ...all.map(({ y }) => y + kNode.height)) + kMargin,
  };
}

/// Who waits for the same stands together, so that lines are short.
function rowsOf(nodes, edges, columns) {
  const waiters = new Map(nodes.map(({ name }) => [name, []]));
  for (const { from, to } of edges) waiters.get(to)?.push(from);
  const rows = new Map();
  let next = 0;
  const place = (name) => {
    if (rows.has(name)) return;
    const first = next;
    rows.set(name, first);
    for (const waiter of waiters.get(name)) place(waiter);
    if (next === first) ++next; // nobody came beside it
  };
  const ordered = [...nodes].sort((a, b) => columns.get(a.name) - columns.get(b.name));
  for (const { name } of ordered) place(name);
  return rows;
}

function curve(from, to) {
  const [x1, y1] = [from.x, from.y + kNode.height / 2];
  const [x2, y2] = [to.x + kNode.width + 6, to.y + kNode.height / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
