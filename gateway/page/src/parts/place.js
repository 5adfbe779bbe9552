import { routeTo } from '../lib/route.js';

/// Another filter in the address, without another step in the browser's history.
export function replaceQuery(route, change) {
  location.replace(routeTo(route.view, route.rest, { ...route.query, ...change }));
}
