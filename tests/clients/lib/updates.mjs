import assert from 'node:assert/strict';

/// Makes `count` updates of `agent` with `call`, `atOnce` of them under way at any time; gives their numbers
/// in the order of the answers. `answered` is told how many there are after each, and the worker that got it
/// waits for it.
export async function updateManyTimes(call, agent, count, atOnce, answered = () => {}) {
  const numbers = [];
  let started = 0;
  const worker = async () => {
    while (started < count) {
      const turn = started++;
      const result = await call('process_agent_update', {
        agent_id: agent,
        response_text: `turn ${turn}`,
        complexity: 0.3,
      });
      assert.ok(!result.isError, `update ${turn}: ${result.content?.[0]?.text}`);
      const { update } = result.structuredContent ?? JSON.parse(result.content[0].text);
      numbers.push(update);
      await answered(numbers.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return numbers;
}

/// Fails unless the numbers are 1 to their count, each once.
export function assertWithoutGapOrRepeat(numbers) {
  const seen = new Set(numbers);
  const repeated = numbers.filter((number, index) => numbers.indexOf(number) !== index);
  const missing = Array.from(numbers, (_, index) => index + 1).filter((number) => !seen.has(number));
  assert.deepEqual({ repeated, missing }, { repeated: [], missing: [] });
}

/// Fails unless exactly `count` updates of `agent` are stored, numbered without gap.
export async function assertStored(call, agent, count) {
  const rows = [];
  let before;
  do {
    const given = { agent_id: agent, limit: 1000, ...(before && { before_update: before }) };
    const page = JSON.parse((await call('get_system_history', given)).content[0].text);
    assert.equal(page.total, count, 'acknowledged and stored differ');
    rows.push(...page.rows.map((row) => row.update));
    before = page.next_before;
  } while (before);
  assertWithoutGapOrRepeat(rows);
  assert.equal(rows.length, count);
}
