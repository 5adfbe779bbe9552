import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved, rowsInSight, scrollToShow } from '../../../gateway/page/src/lib/list_window.js';

const list = { height: 100, rowHeight: 10, count: 10_000, spare: 2 };

test('only what is in sight is drawn, and a little around it', () => {
  assert.deepEqual(rowsInSight({ ...list, scrollTop: 0 }), { first: 0, last: 12 });
  assert.deepEqual(rowsInSight({ ...list, scrollTop: 505 }), { first: 48, last: 63 });
  assert.deepEqual(rowsInSight({ ...list, scrollTop: 99_900 }), { first: 9_988, last: 10_000 });
});

test('a list that has become shorter draws nothing that is not there', () => {
  assert.deepEqual(rowsInSight({ ...list, count: 0, scrollTop: 500 }), { first: 0, last: 0 });
  assert.deepEqual(rowsInSight({ ...list, count: 3, scrollTop: 500 }), { first: 3, last: 3 });
});

test('every row is drawn somewhere', () => {
  const drawn = new Set();
  for (let scrollTop = 0; scrollTop <= 900; scrollTop += 100) {
    const { first, last } = rowsInSight({ ...list, count: 100, spare: 0, scrollTop });
    for (let i = first; i < last; ++i) drawn.add(i);
  }
  assert.equal(drawn.size, 100);
});

test('scrolling shows the chosen row wholly, and nothing moves if it is in sight', () => {
  const at = (index) => scrollToShow({ index, scrollTop: 200, height: 100, rowHeight: 10 });
  assert.deepEqual([20, 25, 29].map(at), [200, 200, 200]);
  assert.deepEqual([19, 0, 30, 99].map(at), [190, 0, 210, 900]);
});

test('the choice stays in the list', () => {
  assert.deepEqual(
    [moved(-1, 1, 5), moved(0, -1, 5), moved(4, 1, 5), moved(2, 1, 5), moved(0, 1, 0)],
    [0, 0, 4, 3, -1],
  );
});
