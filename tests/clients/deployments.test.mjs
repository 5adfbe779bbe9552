import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { closeAsLastTest } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { committedProject, Deployer, deployingWorld } from './lib/deploying.mjs';
import { Project } from './lib/programs.mjs';
import { ScriptedClaude, using } from './lib/scripted_claude.mjs';

// The real Claude Code, deployed over MCP and with governorctl: governed without its help, followed to its end, and
// its work merged.

const world = deployingWorld();
const project = new Project(world, 'project');
const boss = new Deployer(world, project);
let claude;

before(async () => {
  await committedProject(project, { 'core.txt': 'one\ntwo\nthree\n' });
  claude = new ScriptedClaude(project);
  await boss.begin('boss');
});

test('a deployed Claude Code works under its own identity, seen by its hooks, and says that it is done', async () => {
  const file = project.file('made.txt');
  const { result, told } = await claude.serve(
    [
      using(['mcp__governor__update_agent_progress', { progress: 40, note: 'half way' }]),
      using(['Write', { file_path: file, content: 'made\n' }]),
      using(['Bash', { command: 'cat made.txt', description: 'a look' }]),
    ],
    async (env) => {
      const { deployment_id: id } = await boss.deploy({ env });
      return boss.untilOver(id);
    },
  );
  const output = await boss.call('get_deployment_output', { deployment_id: result.deployment_id });
  assert.equal(result.state, 'finished', `${JSON.stringify(result)}\n${output.text}\n${told}`);
  assert.equal(result.parent, 'boss');
  assert.equal(result.exit_code, 0);
  assert.equal(result.progress, 40);
  assert.ok(result.usage.turns > 0, JSON.stringify(result.usage));
  assert.equal(readFileSync(file, 'utf8'), 'made\n');
  const { evidence } = await boss.call('get_evidence', { agent_id: result.deployment_id });
  const kinds = evidence.map((entry) => entry.kind);
  for (const kind of ['turn_began', 'tool_used', 'file_changed', 'turn_ended']) assert.ok(kinds.includes(kind), kind);
  assert.match(await project.control('why', result.deployment_id), /risk/i);
  assert.ok(!alive(result.pid));
  await boss.assertNothingIsLeft();
});

test('in a worktree its work reaches the project by a person\'s merge alone', async () => {
  const { result } = await claude.serve(
    [
      using(['Bash', { command: 'printf four >> core.txt && git commit -qam four', description: 'a commit' }]),
    ],
    async (env) => {
      const made = await boss.deploy({ env: { ...env, ...boss.identity() }, workspace: 'worktree' });
      return boss.untilOver(made.deployment_id);
    },
  );
  const id = result.deployment_id;
  assert.equal(result.state, 'finished', JSON.stringify(result));
  assert.notEqual(result.workspace.directory, project.path);
  assert.equal(readFileSync(project.file('core.txt'), 'utf8'), 'one\ntwo\nthree\n');
  assert.match(await project.control('deployments', 'diff', id), /\+four/);
  await project.control('deployments', 'merge', id);
  assert.match(readFileSync(project.file('core.txt'), 'utf8'), /four/);
  await project.control('deployments', 'discard', id);
  assert.ok(!existsSync(result.workspace.directory));
  await boss.assertNothingIsLeft();
});

test('stopping ends all that it has started, and one that crashes is told with how', async () => {
  const started = await boss.deploy({ runner: 'shell', prompt: 'setsid sleep 1000 & echo child $!; exec sleep 1000' });
  const said = await until(kLong, 'it has said its child', async () => {
    const { text } = await boss.call('get_deployment_output', { deployment_id: started.deployment_id });
    return /child (\d+)/.exec(text);
  });
  assert.ok(alive(Number(said[1])));
  assert.match(await project.control('stop', started.deployment_id, '--reason', 'enough'), /stopped/);
  assert.ok(!alive(Number(said[1])));
  const crashed = await boss.deploy({ runner: 'shell', prompt: 'echo oh; kill -SEGV $$' });
  const end = await boss.untilState(crashed.deployment_id, 'finished', 'failed');
  assert.equal(end.state, 'failed');
  assert.equal(end.signal, 11);
  assert.match(await project.control('logs', crashed.deployment_id), /oh/);
  await boss.assertNothingIsLeft();
});

test('a question is answered, and a daemon that dies in between changes nothing', async () => {
  const asking = await boss.deploy({
    runner: 'shell',
    prompt: 'printf "Do you want to proceed? (y/n) "; read answer; echo "got $answer"',
  });
  const waiting = await boss.untilState(asking.deployment_id, 'waiting');
  assert.equal(waiting.waiting_for, 'permission');
  assert.match(await project.control('alerts'), new RegExp(asking.deployment_id));
  const { pid } = await world.health();
  process.kill(pid, 'SIGKILL');
  await world.otherDaemon(pid);
  assert.equal((await boss.standing(asking.deployment_id)).state, 'waiting');
  await project.control('deployments', 'input', asking.deployment_id, 'y');
  const end = await boss.untilState(asking.deployment_id, 'finished', 'failed', 'lost');
  assert.equal(end.state, 'finished', JSON.stringify(end));
  assert.match(await project.control('logs', asking.deployment_id), /got y/);
  await boss.assertNothingIsLeft();
});

test('one that was stopped goes on with its session when a person says so, and does what was left', async () => {
  const first = project.file('first.txt');
  const second = project.file('second.txt');
  const { result, told } = await claude.serve(
    [
      using(['Write', { file_path: first, content: 'first\n' }]),
      using(['Bash', { command: 'touch begun.log; exec sleep 1000', description: 'something long' }]),
      using(['Write', { file_path: second, content: 'second\n' }]),
    ],
    async (env) => {
      const { deployment_id: id } = await boss.deploy({ env });
      const running = await until(kLong, 'its program has told its session and begun to wait', async () => {
        const now = await boss.standing(id);
        return now.runner_session && existsSync(project.file('begun.log')) ? now : null;
      });
      await project.control('stop', id, '--reason', 'later');
      const stopped = await boss.standing(id);
      assert.equal(stopped.state, 'stopped');
      assert.equal(stopped.resumable, true);
      assert.ok(!existsSync(second));
      assert.match(await project.control('deployments', 'show', id), /deployments continue/);
      await project.control('deployments', 'continue', id);
      const over = await boss.untilOver(id);
      return { running, over };
    },
  );
  assert.equal(result.over.state, 'finished', JSON.stringify(result.over));
  assert.equal(result.over.attempts, 2);
  assert.equal(result.over.runner_session, result.running.runner_session);
  assert.notEqual(result.over.pid, result.running.pid);
  assert.equal(readFileSync(second, 'utf8'), 'second\n');
  // The model was asked in the old conversation.
  assert.match(told, /was started again/);
  await boss.assertNothingIsLeft();
});

closeAsLastTest(world);
