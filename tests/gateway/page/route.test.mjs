import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kViews, parseRoute, routeTo } from '../../../gateway/page/src/lib/route.js';

test('an address leads back to what it was made of', () => {
  for (const rest of [[], ['ada'], ['a/b?c#d e%'], ['change', '/home/ä/x y.txt']]) {
    const query = rest.length > 1 ? { path: '/tmp/a&b=c', text: '100 %' } : {};
    assert.deepEqual(parseRoute(routeTo('files', rest, query)), { view: 'files', rest, query });
  }
});

test('what is empty is left out', () => {
  assert.equal(routeTo('agents', [], { text: '', health: null, status: undefined }), '#/agents');
});

test('what is no view is the first one', () => {
  for (const hash of ['', '#', '#/', '#/nothing/here', '#/__proto__'])
    assert.deepEqual(parseRoute(hash), { view: 'now', rest: [], query: {} });
  assert.deepEqual(parseRoute('#/agents/%E0%A4%A').rest, ['%E0%A4%A'], 'what cannot be decoded stays');
});

test('each view has a letter of its own', () => {
  assert.equal(new Set(kViews.map(({ key }) => key)).size, kViews.length);
});
