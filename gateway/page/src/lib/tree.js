/// Rows with their depth, children below their parents in the order that is given. Who names a parent that is not there, or
/// itself in a circle, is a root.
export function treeRows(items, idOf, parentOf) {
  const known = new Map(items.map((item) => [idOf(item), item]));
  const children = new Map();
  const roots = [];
  for (const item of items) {
    const parent = parentOf(item);
    if (known.has(parent) && !isAbove(idOf(item), parent, known, parentOf)) {
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(item);
    } else {
      roots.push(item);
    }
  }
  const rows = [];
  const add = (item, depth) => {
    rows.push({ item, depth });
    for (const child of children.get(idOf(item)) ?? []) add(child, depth + 1);
  };
  roots.forEach((root) => add(root, 0));
  return rows;
}

function isAbove(id, start, known, parentOf) {
  const seen = new Set();
  for (
    let at = start;
    at !== undefined && !seen.has(at);
    at = known.has(at) ? parentOf(known.get(at)) : undefined
  ) {
    if (at === id) return true;
    seen.add(at);
  }
  return false;
}
