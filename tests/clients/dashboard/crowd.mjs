import assert from 'node:assert/strict';
import { kLong, until } from '../lib/deadlines.mjs';
import { importedId } from './imported_agent.mjs';

// What many agents at work look like, beside the few of the fleet: each of the crew holds leases, some wait for others, some
// are in trouble, and there is a long queue of tasks.

const kCrew = 40;
const kLeasesOfEach = 5;
const kWaiting = 30;
/// Of those that were imported so many have updates of their own, and with these a health.
const kJudged = 360;
const kEvents = 50;
const kTasks = 600;
const kAtOnce = 32;

export class Crowd {
  #world;
  #fleet;
  #clients = [];
  #isOver = false;

  constructor(world, fleet) {
    this.#world = world;
    this.#fleet = fleet;
  }

  async fill() {
    await each(kCrew, (i) => this.#join(i));
    // Before their connections are closed, which were registered earlier: those who wait then give up.
    this.#world.atEnd(async () => {
      this.#isOver = true;
    });
    await this.#lease();
    await each(kJudged, (i) => this.#judge(i));
    await each(kCrew * kEvents, (i) => this.#work(i % kCrew, Math.floor(i / kCrew)));
    await each(kTasks, (i) => this.#task(i));
    await each(kCrew, (i) => this.call(i, 'claim_task', { task_id: taskId(i * 3) }));
  }

  /// A tool as one of the crew calls it.
  async call(number, name, given = {}) {
    const { result, error } = await this.#clients[number].request(
      'tools/call',
      { name, arguments: given },
      kLong,
    );
    assert.ok(!error, JSON.stringify(error));
    assert.ok(!result.isError, `${name}: ${result.content?.[0]?.text}`);
    return result.structuredContent;
  }

  async #join(number) {
    const client = (this.#clients[number] = await this.#world.direct(crewId(number)));
    await client.initialize('2025-11-25');
    const purpose = ['ports the compiler', 'translates the manual', 'looks for leaks'][number % 3];
    await this.call(number, 'register_agent', { agent_id: crewId(number), purpose });
  }

  /// All have their files; some of them wait for what others have, never in a circle.
  async #lease() {
    await each(kCrew * kLeasesOfEach, async (i) => {
      const number = i % kCrew;
      const paths = [this.#file(number, Math.floor(i / kCrew))];
      const reason = ['moves the parser', 'mends a race', ''][i % 3];
      await this.call(number, 'request_write', { paths, ttl_seconds: 3_600, ...(reason && { reason }) });
    });
    for (let i = 0; i < kWaiting; ++i) this.#keepWaiting(kCrew - 1 - i, Math.floor((kCrew - 1 - i) / 4));
    await until(kLong, 'they wait', async () => {
      const { waiting } = await this.call(0, 'list_leases', { limit: 500 });
      return waiting.length >= kWaiting;
    });
  }

  #file(number, index) {
    return this.#fleet.path(`area-${number}/part-${index}.c`);
  }

  /// However long the tests take: who follows progress may wait for five minutes, and then asks again.
  async #keepWaiting(number, holder) {
    const client = this.#clients[number];
    for (let round = 1; !this.#isOver; ++round) {
      const id = `wait ${round}`;
      const given = { paths: [this.#file(holder, 0)], wait_seconds: 300 };
      const params = { name: 'request_write', arguments: given, _meta: { progressToken: id } };
      try {
        await client.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
        await client.response(id, kLong * 20, `${crewId(number)}, who waits`);
      } catch (error) {
        if (!this.#isOver) throw error;
      }
    }
  }

  async #judge(number) {
    const trouble = number % 3;
    await this.call(number % kCrew, 'process_agent_update', {
      agent_id: importedId(number * 8 + 1),
      complexity: [0.3, 0.6, 1][trouble],
      confidence: [0.9, 0.6, 0.2][trouble],
      ethical_drift: [
        [0.01, 0.02, 0.01],
        [0.4, 0.4, 0.4],
        [1, 1, 1],
      ][trouble],
    });
  }

  async #work(number, turn) {
    const event = ['turn_began', 'tool_used', 'file_changed', 'tests_run', 'turn_ended'][turn % 5];
    await this.call(number, 'report_evidence', {
      event,
      ...(event === 'tool_used' && { tool: 'Bash', command: 'make', success: turn % 15 !== 1, duration_ms: 900 }),
      ...(event === 'file_changed' && { path: this.#file(number, turn % kLeasesOfEach), lines_added: turn }),
      ...(event === 'tests_run' && { framework: 'ctest', passed: 90, failed: turn % 4, success: turn % 4 === 0 }),
    });
  }

  async #task(number) {
    const id = taskId(number);
    await this.call(number % kCrew, 'define_task', {
      task_id: id,
      title: `${['Port', 'Translate', 'Review'][number % 3]} part ${number} of the compiler`,
      priority: ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'][number % 4],
      ...(number % 3 === 2 && number > 60 && { depends_on: [taskId(number - 60)] }),
    });
    const status = { 1: 'done', 4: 'blocked', 7: 'failed' }[number % 12];
    if (status) await this.call(number % kCrew, 'update_task', { task_id: id, status, note: 'as planned' });
  }
}

function crewId(number) {
  return `crew-${String(number).padStart(2, '0')}`;
}

function taskId(number) {
  return `part-${String(number).padStart(3, '0')}`;
}

/// `work` of 0 to count-1, a few at the same time.
async function each(count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: kAtOnce }, worker));
}
