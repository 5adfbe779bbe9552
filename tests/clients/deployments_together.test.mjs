import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { closeAsLastTest } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { committedProject, Deployer, deployingWorld } from './lib/deploying.mjs';
import { Project } from './lib/programs.mjs';
import { ScriptedClaude, using } from './lib/scripted_claude.mjs';

// Several real Claude Code at once: deployed by another one, in worktrees and in the project itself.

const world = deployingWorld();
const project = new Project(world, 'project');
const watcher = new Deployer(world, project);
let claude;

before(async () => {
  await committedProject(project, {
    'core.txt': 'one\ntwo\nthree\n',
    'other.txt': 'one\ntwo\nthree\n',
    'check.sh': 'test -s "$1" && echo "1 passed"\n',
  });
  claude = new ScriptedClaude(project, ['--tools', 'full']);
  await watcher.begin('watcher');
});

/// For commands that wait until the test has seen something, and the other way round.
const flag = (name) => project.file(`../${name}.flag`);
const raise = (name) => writeFileSync(flag(name), '');
const raising = (name) => `touch ${flag(name)}`;
const awaiting = (name) => `until test -e ${flag(name)}; do sleep 0.1; done`;
const raised = (name) => until(kLong, `${name} is raised`, () => existsSync(flag(name)));
const bash = (...commands) => using(['Bash', { command: commands.join(' && '), description: 'a step', timeout: 300_000 }]);
const commit = (file) => `git add ${file} && git commit -qm ${file}`;

/// A model for each list of steps, all at the same time: `use` gets the environments.
async function serveAll(scripts, use, environments = []) {
  if (scripts.length === environments.length) return { result: await use(environments), told: [] };
  const steps = scripts[environments.length];
  const served = await claude.serve(steps, (env) =>
    serveAll(scripts, use, [...environments, { ...env, ...watcher.identity() }]),
  );
  return { result: served.result.result, told: [served.told, ...served.result.told] };
}

test('one Claude Code deploys four: three in worktrees, one in the project, one crashes, one waits', async () => {
  const held = await watcher.call('request_write', { paths: [project.file('core.txt')], direct: true });
  const scripts = {
    builder: [
      using(['mcp__governor__request_write', { paths: ['built.txt'], direct: true }]),
      using(['Write', { file_path: 'built.txt', content: 'built\n' }]),
      bash('sh check.sh built.txt', commit('built.txt')),
    ],
    second: [bash('printf four >> other.txt', commit('other.txt')), bash(raising('second'))],
    crasher: [bash('printf lost > half.txt', raising('crasher'), 'sleep 600')],
    shared: [
      bash(raising('shared')),
      using(['mcp__governor__request_write', { paths: [project.file('core.txt')], direct: true, wait_seconds: 55 }]),
      using(['Read', { file_path: project.file('core.txt') }]),
      using(['Edit', { file_path: project.file('core.txt'), old_string: 'two', new_string: 'two and a half' }]),
    ],
  };
  const kinds = Object.keys(scripts);
  const { result: over, told } = await serveAll(Object.values(scripts), async (environments) => {
    const order = (kind) => ({
      agent_type: kind,
      prompt: 'go',
      workspace: kind === 'shared' ? 'shared' : 'worktree',
      env: environments[kinds.indexOf(kind)],
    });
    const boss = await claude.run(kinds.map((kind) => using(['mcp__governor__deploy_headless_agent', order(kind)])));
    assert.equal(boss.code, 0, boss.text);
    const { deployments } = await watcher.call('list_deployments', {});
    assert.deepEqual(deployments.map((one) => one.agent_type).sort(), [...kinds].sort(), boss.told);
    const of = (kind) => deployments.find((one) => one.agent_type === kind);

    await raised('crasher');
    process.kill((await watcher.standing(of('crasher').deployment_id)).pid, 'SIGKILL');
    await raised('shared');
    await until(kLong, 'the one in the project waits for its lease', async () =>
      (await project.control('leases')).includes(of('shared').deployment_id),
    );
    await watcher.call('release_write', { lease: held.lease });
    const ended = {};
    for (const kind of kinds) ended[kind] = await watcher.untilOver(of(kind).deployment_id);
    return ended;
  });
  const details = JSON.stringify([over, told], null, 1);
  assert.equal(over.builder.state, 'finished', details);
  assert.equal(over.second.state, 'finished', details);
  assert.equal(over.shared.state, 'finished', details);
  assert.equal(over.crasher.state, 'failed', details);
  assert.equal(over.crasher.signal, 9);
  assert.match(readFileSync(project.file('core.txt'), 'utf8'), /two and a half/);

  // What they did is known, though only one of them asked governor anything.
  const { evidence } = await watcher.call('get_evidence', { agent_id: over.builder.deployment_id });
  assert.ok(evidence.some((entry) => entry.kind === 'tests_run' || entry.kind === 'tool_used'), JSON.stringify(evidence));
  const listed = await project.control('deployments');
  for (const { deployment_id } of Object.values(over)) assert.match(listed, new RegExp(deployment_id));

  for (const kind of ['builder', 'second']) {
    await project.control('deployments', 'merge', over[kind].deployment_id);
    await project.control('deployments', 'discard', over[kind].deployment_id);
  }
  assert.equal(readFileSync(project.file('built.txt'), 'utf8'), 'built\n');
  assert.match(readFileSync(project.file('other.txt'), 'utf8'), /four/);
  // What the crashed one has left is nobody's to throw away but a person's.
  assert.match(await project.control('deployments', 'diff', over.crasher.deployment_id), /\+lost/);
  await project.control('deployments', 'discard', over.crasher.deployment_id);
  for (const { pid, workspace } of Object.values(over)) {
    assert.ok(!alive(pid));
    if (workspace.mode === 'worktree') assert.ok(!existsSync(workspace.directory), workspace.directory);
  }
  assert.doesNotMatch(await project.must('git', ['worktree', 'list']), /governor\//);
  await watcher.assertNothingIsLeft();
});

test('two that edit one function in two worktrees are told while they work, two others hear nothing', async () => {
  await project.must('git', ['commit', '-qam', 'what the one in the project did']);
  const edit = (file, text) => [
    using(['Read', { file_path: file }]),
    using(['Edit', { file_path: file, old_string: 'three', new_string: text }]),
  ];
  const scripts = [
    [...edit('core.txt', 'three of a'), bash(raising('a'), awaiting('b')), ...edit('core.txt', 'three a'), bash(awaiting('seen'))],
    [bash(awaiting('a')), ...edit('core.txt', 'three of b'), bash(raising('b'), awaiting('seen'))],
    [...edit('other.txt', 'three of c'), bash(raising('c'), awaiting('seen'))],
    [bash(awaiting('c')), using(['Write', { file_path: 'new.txt', content: 'new\n' }]), bash(awaiting('seen'))],
  ];
  const { result: ids, told } = await serveAll(scripts, async (environments) => {
    const ids = [];
    for (const env of environments) {
      const made = await watcher.deploy({ workspace: 'worktree', env, allow_duplicate: true });
      ids.push(made.deployment_id);
    }
    await until(kLong, 'the conflict is predicted', async () => {
      const { alerts } = await watcher.call('list_alerts', {});
      return alerts.some((alert) => alert.kind === 'branch_conflict');
    });
    for (const id of ids)
      await until(kLong, 'it works', async () => (await watcher.standing(id)).state === 'working');
    const conflicts = await project.control('conflicts');
    assert.match(conflicts, /core\.txt/);
    for (const id of ids.slice(0, 2)) assert.match(conflicts, new RegExp(`governor/${id}`));
    for (const id of ids.slice(2)) assert.doesNotMatch(conflicts, new RegExp(`governor/${id}`));
    raise('seen');
    for (const id of ids) assert.equal((await watcher.untilOver(id)).state, 'finished', await watcher.output(id));
    return ids;
  });
  assert.match(told[0], new RegExp(`governor/${ids[1]}`));
  assert.match(told[1], new RegExp(`governor/${ids[0]}`));
  for (const silent of [told[2], told[3]]) assert.doesNotMatch(silent, new RegExp(`governor/(${ids.join('|')})`));
  for (const id of ids) await project.control('deployments', 'discard', id);
  await watcher.assertNothingIsLeft();
});

closeAsLastTest(world);
