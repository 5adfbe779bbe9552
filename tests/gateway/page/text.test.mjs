import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidenceText, evidenceTone } from '../../../gateway/page/src/lib/evidence_text.js';
import { plainText } from '../../../gateway/page/src/lib/terminal_text.js';

test('evidence is told in words', () => {
  const told = [
    [
      {
        kind: 'tool_used',
        tool: 'Bash',
        program: 'pytest',
        class: 'test',
        success: false,
        exit_code: 1,
        duration_ms: 2_300,
      },
      'Bash: pytest (test), failed, exit code 1, 2.3 s',
      'bad',
    ],
    [
      { kind: 'file_changed', path: '/a.py', lines_added: 3, lines_removed: 0, created: true },
      'created /a.py, +3 −0 lines',
      '',
    ],
    [{ kind: 'file_changed', path: '/a.py', deleted: true }, 'deleted /a.py', ''],
    [
      { kind: 'tests_run', framework: 'pytest', success: true, passed: 4 },
      'tests passed (pytest, 4 passed)',
      '',
    ],
    [{ kind: 'refused', by: 'shrink_guard', path: '/a' }, 'refused by shrink guard: /a', 'warning'],
    [{ kind: 'risky_action', rule: 'force_push', severity: 'high' }, 'risky: force push, high', 'bad'],
    [
      { kind: 'judged', update: 7, failure_probability: 0.234, provisional: true },
      'judged, update 7: fails with a probability of 0.23, provisionally',
      '',
    ],
    [{ kind: 'of_another_build' }, 'of another build', ''],
  ];
  for (const [entry, text, tone] of told)
    assert.deepEqual([evidenceText(entry), evidenceTone(entry)], [text, tone]);
});

test('what only a terminal understands is left out', () => {
  assert.equal(plainText('\u001b[1;31mred\u001b[0m and \u001b]0;title\u0007plain\r\n'), 'red and plain\n');
  assert.equal(plainText('10 %\r20 %\r100 %\ndone\b\u0007'), '100 %\ndone');
  assert.equal(plainText('<b>ä</b>\tx'), '<b>ä</b>\tx');
});
