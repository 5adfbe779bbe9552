import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytes,
  decimal,
  duration,
  firstOf,
  fullTime,
  holderName,
  milliseconds,
  relativeTime,
} from '../../../gateway/page/src/lib/format.js';

const kNow = Date.parse('2026-01-31T12:00:00Z');
const ago = (seconds) => relativeTime(new Date(kNow - seconds * 1000).toISOString(), kNow);

test('times are told from now on', () => {
  assert.deepEqual([0, 1, 2, 59, 60, 3_599, 3_600, 86_399, 86_400].map(ago), [
    'now',
    'now',
    '2 s ago',
    '59 s ago',
    '1 min ago',
    '59 min ago',
    '1 h ago',
    '23 h ago',
    '1 d ago',
  ]);
  assert.deepEqual([-1, -2, -540, -7_200].map(ago), ['now', 'in 2 s', 'in 9 min', 'in 2 h']);
  assert.doesNotMatch(ago(31 * 86_400), /ago/);
});

test('what is no time says so', () => {
  assert.equal(relativeTime(null), 'never');
  assert.equal(relativeTime('soon'), 'never');
  assert.equal(fullTime(undefined), '');
  assert.match(fullTime('2026-01-31T12:00:00Z'), /2026/);
});

test('figures that are not known are a dash', () => {
  assert.deepEqual(
    [decimal(null), decimal(NaN), milliseconds(undefined), bytes(null), duration(NaN)],
    ['–', '–', '–', '–', '–'],
  );
});

test('figures have their units', () => {
  assert.deepEqual([0.234, 12.3, 1_234].map(milliseconds), ['0.2 ms', '12 ms', '1.2 s']);
  assert.deepEqual([12, 2048, 5 * 1024 ** 3, 5000 * 1024 ** 3].map(bytes), [
    '12 B',
    '2.0 KiB',
    '5.0 GiB',
    '5000.0 GiB',
  ]);
  assert.deepEqual([5, 125, 3_661, 200_000].map(duration), ['5 s', '2 min', '1 h 1 min', '2 d 7 h']);
});

test('long lists are cut and say so', () => {
  assert.equal(firstOf(['a', 'b'], 2), 'a, b');
  assert.equal(firstOf(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
});

test('a holder is named by its agent, else by its client', () => {
  assert.equal(
    holderName({ agent_id: 'ada', client: 'cursor', subagent: 'explore' }),
    'ada, subagent explore',
  );
  assert.equal(holderName({ client: 'cursor', pid: 7 }), 'cursor');
});
