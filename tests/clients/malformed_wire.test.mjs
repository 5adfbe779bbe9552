import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong } from './lib/deadlines.mjs';
import { NumberedSession } from './lib/numbered_session.mjs';
import { SocketChannel } from './lib/socket_channel.mjs';
import { hellos, numbered } from './malformed/numbered.mjs';

// The numbered lines and the hello, malformed, on the socket. After each the same connection answers, plain
// and numbered, and so does another.

const world = new World();
let bystander;

before(async () => {
  bystander = world.proxied('bystander');
  await bystander.initialize('2025-11-25');
});

const health = '{"jsonrpc":"2.0","id":"alive","method":"governor/health"}';

const send = (channel, line) => channel.write(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));

async function answerTo(channel, line) {
  await send(channel, line);
  return (await channel.lines.take(kLong, `answers ${String(line).slice(0, 60)}`)).toString();
}

/// Splits "<n> <json>" and "<json>".
function read(answer) {
  const [, number, payload] = /^(?:([1-9]\d*) )?(.*)$/s.exec(answer);
  return { number, message: JSON.parse(payload) };
}

function judge(answer, expected) {
  if (expected.text !== undefined) return assert.equal(answer, expected.text);
  const { number, message } = read(answer);
  if (!(expected.orPlain && number === undefined)) assert.equal(number, expected.number, answer);
  if (expected.result) {
    return assert.deepEqual({ ...message.result, ...expected.result }, message.result ?? null, answer);
  }
  assert.ok(
    expected.codes.includes(message.error?.code),
    `expected ${expected.codes.join(' or ')}, got ${answer.slice(0, 300)}`,
  );
  assert.ok(message.error.message.length > 5 && message.error.message.length < 2000, answer.slice(0, 300));
  for (const [key, value] of Object.entries(expected.data ?? {}))
    assert.deepEqual(message.error.data?.[key], value, answer);
  return undefined;
}

async function play(channel, line, expected) {
  await send(channel, line);
  if (expected) judge((await channel.lines.take(kLong, 'answers')).toString(), expected);
  const alive = await answerTo(channel, health);
  assert.ok(JSON.parse(alive).result?.status, alive);
  assert.ok((await bystander.request('ping')).result, 'another connection suffers');
}

describe('after hello', () => {
  for (const [name, lines, line, expected] of numbered) {
    test(name, async () => {
      const channel = await SocketChannel.connect(world);
      await new NumberedSession(channel).hello();
      for (const earlier of lines) await answerTo(channel, earlier);
      await play(channel, line, expected);
      const last = await answerTo(
        channel,
        '9223372036854775807 {"jsonrpc":"2.0","id":"end","method":"ping"}',
      );
      assert.match(last, /^9223372036854775807 \{/, 'numbered lines are no longer answered');
      assert.deepEqual(channel.lines.takeAll().map(String), [], 'more was said than the one answer');
      await channel.close();
    });
  }
});

describe('as the first line', () => {
  for (const [name, line, expected] of hellos) {
    test(name, async () => {
      const channel = await SocketChannel.connect(world);
      await play(channel, line, expected);
      await new NumberedSession(channel).hello();
      assert.deepEqual(channel.lines.takeAll().map(String), [], 'more was said than the one answer');
      await channel.close();
    });
  }
});

closeAsLastTest(world);
