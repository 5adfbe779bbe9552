import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, describe, test } from 'node:test';
import { alive } from './lib/alive.mjs';
import { kLong, kShort, stretched, until } from './lib/deadlines.mjs';
import { Machine } from './lib/machine.mjs';
import { PostgresServer } from './lib/postgres_server.mjs';

// Two daemons, as on two machines, and a list of tasks in the database that they share.

const kMembership = 4;
let server;
let a;
let b;

function machine(name, database, environment) {
  const task_lists = ['team', 'crew'];
  const shared = { database, workspaces: [], task_lists, membership_seconds: kMembership };
  return new Machine(name, shared, { environment });
}

function define(on, task_id, more = {}) {
  return on.call('define_task', { task_id, title: `title of ${task_id}`, ...more });
}

// Once there is a database that is prepared, a daemon is a member within a moment.
function joined(on) {
  return until(kLong, 'it is a member', async () => !(await on.result('list_tasks', { list: 'team' })).isError);
}

async function claimed(on, given) {
  const answer = await on.call('claim_task', given);
  assert.equal(answer.claimed, true, JSON.stringify(answer));
  return answer.task;
}

before(async () => {
  server = await PostgresServer.begin();
  a = machine('a', server.address);
  b = machine('b', server.networkAddress);
});

after(async () => {
  await a?.world.close().catch(() => {});
  await b?.world.close().catch(() => {});
  server?.close();
});

describe('a list of tasks that two machines share', () => {
  test('a database that is not prepared for tasks is said to be so, with what to do', async () => {
    const refused = await a.refusal('define_task', { task_id: 'team/early', title: 'x' });
    assert.equal(refused.code, 'storage_unavailable');
    assert.match(refused.hint, /governorctl shared init/);
    assert.equal(JSON.parse(a.ctl('shared', 'init')).ok, true);
    await joined(a);
    await joined(b);
  });

  test('what A defines B claims, works on and finishes, and A sees it', async () => {
    const defined = await define(a, 'team/walls', { priority: 'HIGH', description: 'Four of them.' });
    assert.equal(defined.created, true);
    assert.equal((await define(b, 'team/walls', { priority: 'HIGH', description: 'Four of them.' })).created, false);
    const waits = await define(b, 'team/roof', { depends_on: ['team/walls', 'team/permit'] });
    assert.deepEqual([waits.ready, waits.not_defined], [false, ['team/permit']]);
    const task = await claimed(b, { list: 'team' });
    assert.equal(task.task_id, 'team/walls');
    assert.equal(task.description, 'Four of them.');
    assert.deepEqual([task.claim.host, task.claim.yours], [os.hostname(), true]);
    const refused = await a.refusal('claim_task', { task_id: 'team/walls' });
    assert.equal(refused.code, 'conflict');
    assert.match(refused.message, new RegExp(`on ${os.hostname()}`));
    assert.equal((await a.refusal('update_task', { task_id: 'team/walls', progress: 1 })).code, 'not_owner');
    await b.call('update_task', { task_id: 'team/walls', status: 'done', note: 'stands' });
    const seen = await a.call('get_task', { task_id: 'team/walls' });
    assert.deepEqual([seen.task.status, seen.task.progress, seen.task.note], ['done', 100, 'stands']);
    assert.deepEqual(
      seen.history.map((event) => event.event),
      ['claimed', 'updated'],
    );
    const { tasks, counts } = await a.call('list_tasks', { list: 'team' });
    assert.deepEqual(
      tasks.map((each) => each.task_id),
      ['team/walls', 'team/roof'],
    );
    assert.deepEqual(tasks[1].waiting_for, [{ task_id: 'team/permit', status: 'not_defined' }]);
    assert.deepEqual([counts.total, counts.done, counts.pending], [2, 1, 1]);
  });

  test('rules and refusals are those of local tasks', async () => {
    const other = await a.refusal('define_task', { task_id: 'team/walls', title: 'other' });
    assert.equal(other.code, 'already_exists');
    assert.match(other.message, /title is "title of team\/walls", given "other"/);
    const cycle = await b.refusal('define_task', {
      task_id: 'team/permit',
      title: 'x',
      depends_on: ['team/roof'],
    });
    assert.match(cycle.message, /team\/permit -> team\/roof -> team\/permit/);
    const early = await a.refusal('claim_task', { task_id: 'team/roof' });
    assert.match(early.message, /depends on a task that is not done: team\/permit \(not defined\)/);
    assert.equal((await a.refusal('get_task', { task_id: 'team/none' })).code, 'not_found');
    assert.equal((await a.call('claim_task', { list: 'team' })).claimed, false);
    const far = await a.refusal('define_task', { task_id: 'team/x', title: 'x', depends_on: ['crew/y'] });
    assert.equal(far.field, 'depends_on');
    const local = await a.refusal('define_task', { task_id: 'mine/x', title: 'x', depends_on: ['team/roof'] });
    assert.equal(local.field, 'depends_on');
    assert.equal((await a.refusal('list_tasks', { list: 'mine' })).field, 'list');
    assert.equal((await a.refusal('claim_task', { list: 'mine' })).field, 'list');
  });

  test('a task that is in no shared list is of one machine alone', async () => {
    await define(a, 'mine/own');
    assert.equal((await b.refusal('get_task', { task_id: 'mine/own' })).code, 'not_found');
    assert.equal((await claimed(a, {})).task_id, 'mine/own');
    await a.call('update_task', { task_id: 'mine/own', status: 'done' });
  });

  test('however many claim on both at once, each task goes to one', async () => {
    const kTasks = 40;
    for (let number = 0; number < kTasks; ++number) await define(number % 2 ? a : b, `crew/${number}`);
    const clients = await Promise.all(
      [a, b].flatMap((on) =>
        Array.from({ length: 4 }, async () => ({ on, client: await on.world.direct('claims') })),
      ),
    );
    const taken = await Promise.all(
      clients.map(async ({ on, client }) => {
        const own = [];
        for (;;) {
          const answer = await on.call('claim_task', { list: 'crew' }, client);
          if (!answer.claimed) return own;
          own.push(answer.task.task_id);
        }
      }),
    );
    assert.equal(taken.flat().length, kTasks);
    assert.equal(new Set(taken.flat()).size, kTasks);
    for (const { client } of clients) await client.channel.close();
    // Their sessions are over, and so are their claims.
    await until(kLong, 'all are ready again', async () => {
      const { counts } = await a.call('list_tasks', { list: 'crew', limit: 1 });
      return counts.ready === kTasks;
    });
  });

  test('people see, give and end what is shared', async () => {
    await define(a, 'team/people');
    await claimed(b, { task_id: 'team/people' });
    const { tasks } = JSON.parse(a.ctl('tasks', '--list', 'team', '--status', 'in_progress'));
    assert.deepEqual(
      tasks.map((task) => task.task_id),
      ['team/people'],
    );
    a.ctl('tasks', 'reassign', 'team/people', '--agent', 'someone');
    const given = JSON.parse(b.ctl('tasks', 'show', 'team/people'));
    assert.deepEqual([given.task.agent, given.task.claim], ['someone', undefined]);
    a.ctl('tasks', 'cancel', 'team/people');
    assert.equal((await b.call('get_task', { task_id: 'team/people' })).task.status, 'cancelled');
  });

  test('a claim ends when its agent is archived', async () => {
    await define(a, 'team/archived');
    const client = b.world.proxied('archived');
    await b.call('register_agent', { agent_id: 'worker' }, client);
    const { task } = await b.call('claim_task', { task_id: 'team/archived' }, client);
    assert.equal(task.claim.agent_id, 'worker');
    await b.call('archive_agent', { agent_id: 'worker', reason: 'enough' }, client);
    await until(kLong, 'its claim has ended', async () => {
      return (await a.call('get_task', { task_id: 'team/archived' })).task.ready;
    });
    await a.call('update_task', { task_id: 'team/archived', status: 'done' });
    await client.channel.close();
  });

  test('a claim ends when its time is up', async () => {
    await define(a, 'team/brief');
    await claimed(a, { task_id: 'team/brief', ttl_seconds: 1 });
    await until(kShort, 'B has it', async () => !(await b.result('claim_task', { task_id: 'team/brief' })).isError);
    await b.call('update_task', { task_id: 'team/brief', status: 'done' });
  });

  test('a daemon that is killed after the commit gives the answer when the call comes again', async () => {
    // Of each daemon the second answer is its last deed.
    const c = machine('c', server.address, { GOVERNOR_FAULT: 'shared_answered:end:2' });
    try {
      await c.call('get_task', { task_id: 'team/walls' });
      const pid = await c.pid();
      await define(a, 'team/once', { priority: 'CRITICAL' });
      await define(a, 'team/twice', { priority: 'CRITICAL' });
      const task = await claimed(c, { list: 'team' });
      assert.equal(task.task_id, 'team/once');
      assert.notEqual(await c.pid(), pid);
      assert.deepEqual([task.claims, task.claim.yours], [1, true]);
      assert.equal((await a.call('get_task', { task_id: 'team/twice' })).task.ready, true);
      const { task: seen, history } = await a.call('get_task', { task_id: 'team/once' });
      assert.deepEqual([seen.claims, history.length], [1, 1]);
    } finally {
      await c.world.close();
    }
  });

  test('the claim of a session that has ended while its daemon was down is free when that is back', async () => {
    await define(a, 'team/gone');
    await claimed(b, { task_id: 'team/gone' });
    const pid = await b.pid();
    process.kill(b.client.channel.pid, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await until(kLong, 'the daemon is dead', () => !alive(pid));
    b.connect();
    await joined(b);
    await until(kLong, 'its claim has ended', async () => {
      const { task } = await a.call('get_task', { task_id: 'team/gone' });
      return task.ready;
    });
  });

  test('a session that outlives its daemon keeps its claim, and ends it when it is over', async () => {
    await define(a, 'team/outlives');
    const client = b.world.proxied('outlives');
    await b.call('claim_task', { task_id: 'team/outlives' }, client);
    const pid = await b.pid();
    process.kill(pid, 'SIGKILL');
    await b.world.otherDaemon(pid);
    const { task } = await b.call('update_task', { task_id: 'team/outlives', progress: 5 }, client);
    assert.deepEqual([task.claims, task.claim.yours], [1, true]);
    const next = await b.pid();
    process.kill(next, 'SIGKILL');
    await b.world.otherDaemon(next);
    await joined(b);
    assert.equal((await a.call('get_task', { task_id: 'team/outlives' })).task.status, 'in_progress');
    process.kill(client.channel.pid, 'SIGKILL');
    await until(kLong, 'its claim has ended', async () => {
      return (await a.call('get_task', { task_id: 'team/outlives' })).task.ready;
    });
  });

  test('the status of the database shows the lists, and that an older governor has prepared it', async () => {
    const { counts } = await a.call('list_tasks', { list: 'team' });
    const { shared } = JSON.parse(b.ctl('shared', 'status'));
    assert.equal(shared.is_current, true);
    assert.deepEqual(shared.task_lists.find(({ name }) => name === 'team'), { name: 'team', ...counts });
    assert.match(a.says('shared', 'status'), /TASK LIST +READY +PENDING[^]*\nteam +\d/);
    server.query('DELETE FROM governor.schema_version WHERE version > 3');
    assert.equal(JSON.parse(a.ctl('shared', 'status')).shared.is_current, false);
    const words = a.says('shared', 'status');
    assert.match(words, /older governor[^]*governorctl shared init 'postgresql:/);
    assert.equal(JSON.parse(a.ctl('shared', 'init')).shared.is_current, true);
    assert.doesNotMatch(a.says('shared', 'status'), /shared init/);
  });

  test('without the database what is shared is refused, and what is local goes on', async () => {
    server.stop();
    const refused = await b.refusal('claim_task', { list: 'team' });
    assert.equal(refused.code, 'storage_unavailable');
    await define(b, 'mine/outage');
    assert.equal((await claimed(b, {})).task_id, 'mine/outage');
    await until(kLong, 'health says so', async () => (await b.world.health()).status === 'degraded');
    const again = await b.refusal('get_task', { task_id: 'team/walls' });
    assert.match(again.message, /since/);
    server.start();
    for (const on of [a, b]) await joined(on);
    assert.equal((await a.call('get_task', { task_id: 'team/walls' })).task.status, 'done');
  });

  test('what a machine had that does not come back is free after its time', async () => {
    await define(a, 'team/left', { priority: 'CRITICAL' });
    await claimed(b, { task_id: 'team/left' });
    const pid = await b.pid();
    process.kill(b.client.channel.pid, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    const began = Date.now();
    await until(kLong, 'A has it', async () => !(await a.result('claim_task', { task_id: 'team/left' })).isError);
    const took = Date.now() - began;
    assert.ok(took < stretched(kMembership * 1000 + kShort), `it took ${took} ms`);
  });
});

test('what was started ends in order', async () => {
  await a.world.close();
  await b.world.close();
});
