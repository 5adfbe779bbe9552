import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refresher } from '../../../gateway/page/src/lib/refresher.js';

/// A clock that stands still until it is told to go on, and a read that lasts until it is told to end.
function scene(lasts) {
  let time = 0;
  let timers = [];
  const reads = [];
  const clock = {
    now: () => time,
    later: (action, wait) => {
      const timer = { action, at: time + wait };
      timers.push(timer);
      return timer;
    },
    cancel: (timer) => (timers = timers.filter((other) => other !== timer)),
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const go = async (by) => {
    time += by;
    const due = timers.filter(({ at }) => at <= time);
    timers = timers.filter(({ at }) => at > time);
    for (const { action } of due) action();
    await settled();
  };
  const refresher = new Refresher(async () => {
    reads.push(time);
    time += lasts;
    await settled();
  }, clock);
  return { refresher, reads, go, timers: () => timers.length };
}

test('after a quiet time a change is read at once', async () => {
  const { refresher, reads, go } = scene(5);
  refresher.tell();
  await go(0);
  await go(1_000);
  refresher.tell();
  assert.deepEqual(reads, [0, 1_005]);
});

test('many changes together are one read more, and the last is never lost', async () => {
  const { refresher, reads, go } = scene(10);
  for (let i = 0; i < 50; ++i) refresher.tell();
  await go(0);
  await go(0);
  for (let i = 0; i < 50; ++i) refresher.tell();
  assert.equal(reads.length, 1);
  await go(1_000);
  await go(1_000);
  assert.equal(reads.length, 2);
});

test('reading takes no more than a fifth of the time, however long it takes', async () => {
  const { refresher, reads, go } = scene(1_000);
  for (let i = 0; i < 2_000; ++i) {
    refresher.tell();
    await go(10);
  }
  assert.ok(reads.length >= 3 && reads.length <= 6, `${reads}`);
});

test('nothing is read while nobody looks, and all that was missed is read then', async () => {
  const { refresher, reads, go } = scene(1);
  refresher.hold(true);
  refresher.tell();
  await go(1_000);
  assert.deepEqual(reads, []);
  refresher.hold(false);
  assert.equal(reads.length, 1);
});

test('after the end nothing is read any more', async () => {
  const { refresher, reads, go, timers } = scene(1);
  refresher.tell();
  await go(0);
  await go(0);
  refresher.tell();
  refresher.end();
  assert.equal(timers(), 0);
  await go(10_000);
  assert.equal(reads.length, 1);
});
