import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hunks, lineDiff } from '../../../gateway/page/src/lib/line_diff.js';

const shown = (entries) =>
  entries.map((entry) => (entry ? { same: ' ', gone: '-', came: '+' }[entry.kind] + entry.text : '…'));

test('lines that came and went are told from those that stayed', () => {
  assert.deepEqual(shown(lineDiff('a\nb\nc\nd\n', 'a\nx\nc\nd\ne\n')), [' a', '-b', '+x', ' c', ' d', '+e']);
  assert.deepEqual(shown(lineDiff('', 'a\n')), ['+a']);
  assert.deepEqual(shown(lineDiff('a\n', '')), ['-a']);
  assert.deepEqual(lineDiff('', ''), []);
});

test('what stands in a difference gives both texts', () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let run = 0; run < 200; ++run) {
    const text = () => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
    const [before, after] = [text(), text()];
    const entries = lineDiff(before, after);
    const side = (kind) => entries.filter((entry) => entry.kind !== kind);
    assert.equal(
      side('came')
        .map((entry) => entry.text)
        .join('\n'),
      before,
    );
    assert.equal(
      side('gone')
        .map((entry) => entry.text)
        .join('\n'),
      after,
    );
    side('came').forEach((entry, i) => assert.equal(entry.before, i + 1));
    side('gone').forEach((entry, i) => assert.equal(entry.after, i + 1));
  }
});

test('large texts are compared without end in sight being lost', () => {
  const lines = (word) => Array.from({ length: 5_000 }, (_, i) => `${word} ${i}`).join('\n');
  const entries = lineDiff(`first\n${lines('old')}\nlast\n`, `first\n${lines('new')}\nlast\n`);
  assert.equal(entries.length, 10_002);
  assert.equal(entries.at(-1).text, 'last');
});

test('far from every change lines are left out', () => {
  const lines = Array.from({ length: 50 }, (_, i) => `${i}\n`);
  const changed = lines.with(20, 'x\n').with(40, 'y\n');
  assert.deepEqual(shown(hunks(lineDiff(lines.join(''), changed.join('')), 1)), [
    '…',
    ' 19',
    '-20',
    '+x',
    ' 21',
    '…',
    ' 39',
    '-40',
    '+y',
    ' 41',
    '…',
  ]);
  assert.deepEqual(hunks(lineDiff('a\n', 'a\n')), [null]);
});
