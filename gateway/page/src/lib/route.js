// What stands after the # of the address, so that it can be sent to a colleague: `#/agents/ada?text=x`.

export const kViews = [
  { name: 'now', title: 'Now', key: 'n' },
  { name: 'agents', title: 'Agents', key: 'a' },
  { name: 'files', title: 'Files', key: 'f' },
  { name: 'activity', title: 'Activity', key: 'v' },
  { name: 'tasks', title: 'Tasks', key: 't' },
  { name: 'deployments', title: 'Deployments', key: 'd' },
  { name: 'system', title: 'System', key: 's' },
];

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function parseRoute(hash) {
  const [place, query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const [name, ...rest] = place.split('/').filter((part) => part !== '');
  const view = kViews.some((known) => known.name === name) ? name : 'now';
  const query_of = Object.fromEntries(new URLSearchParams(query));
  return { view, rest: view === name ? rest.map(decoded) : [], query: query_of };
}

/// The address of a view. What is empty or null in `query` is left out.
export function routeTo(view, rest = [], query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== '' && value != null);
  const search = new URLSearchParams(kept).toString();
  return `#/${[view, ...rest.map(encodeURIComponent)].join('/')}${search ? `?${search}` : ''}`;
}
