import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { Holder } from './lib/holder.mjs';
import { Project } from './lib/programs.mjs';
import { ScriptedClaude, using } from './lib/scripted_claude.mjs';

// The real Claude Code, whose model never asks governor anything: what its commands do to files is known all the
// same.

const world = new World({ survives: false });
const kLines = Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join('');
let project;
let claude;
let holder;

before(async () => {
  project = new Project(world, 'project');
  await project.must('git', ['init', '-q', '-b', 'main']);
  project.write('core.txt', kLines);
  project.write('victim.txt', kLines);
  project.write('theirs.txt', 'one\ntwo\n');
  project.write('.gitignore', 'mcp.json\n*.log\n');
  await project.must('git', ['add', '-A']);
  await project.must('git', ['commit', '-qm', 'first']);
  claude = new ScriptedClaude(project);
  await project.control('install', 'guards', '--only', 'claude-code');
  holder = await Holder.start(world);
});

const assertTold = (told, wanted) => assert.ok(wanted.test(told), `${wanted} is not in ...${told.slice(-4000)}`);
const content = (name) => readFileSync(project.file(name), 'utf8');

async function steps(...given) {
  const run = await claude.run(given);
  assert.equal(run.code, 0, run.text);
  return run.told;
}

const write = (name, text) => ['Write', { file_path: project.file(name), content: text }];
const read = (name) => ['Read', { file_path: project.file(name) }];
const shell = (command) => ['Bash', { command, description: 'a test' }];

test('a destructive write is refused, and through the shell it is told with what brings it back', async () => {
  const told = await steps(using(read('core.txt')), using(write('core.txt', 'a\nb\n')), using(shell('printf x > core.txt')));
  assertTold(told, /This would leave 2 of the 500 lines/);
  assertTold(told, /core\.txt changed from 500 to 1 lines/);
  assert.equal(content('core.txt'), 'x');
  const [, command] = /brings it back: governorctl (restore \S+ --backup \d+)\./.exec(told);
  const { alerts } = JSON.parse(await project.control('alerts', '--json'));
  assert.equal(alerts.filter((alert) => alert.message.includes('core.txt was changed by a command of agent')).length, 1);
  await project.control(...command.split(' '));
  assert.equal(content('core.txt'), kLines);
});

test('what an agent did is known although its model never asked governor anything', async () => {
  assert.match(await project.control('agents'), /claude-code-/);
  const activity = await project.control('activity', '--rows', '100');
  for (const wanted of [
    /turn 1 begins/,
    /Read \(read\)/,
    /refused \S*core\.txt: too much of it would be lost/,
    /Bash: printf \(\w+\)/,
    /wrote \S*core\.txt, \+1 -500 lines/,
    /turn 1 ends/,
  ]) {
    assert.match(activity, wanted);
  }
});

test('what another agent has leased it is told, also when the command fails', async () => {
  await holder.hold(project.file('theirs.txt'));
  const told = await steps(using(shell('echo mine > theirs.txt; exit 3')));
  assertTold(told, /theirs\.txt changed from 2 to 1 lines/);
  assertTold(told, /holds lease \d+ on it: nobody else may write it/);
  await holder.release();
});

test('what is nobody\'s business is not told', async () => {
  const told = await steps(using(shell('seq 300 > made.log; echo more >> core.txt')), using(shell('rm made.log')));
  assert.doesNotMatch(told, /needs your attention/);
});

test('a subagent\'s command is told to the subagent', async () => {
  const task = { description: 'x', prompt: 'x', subagent_type: 'general-purpose', run_in_background: false };
  const told = await steps(using(['Agent', task]), using(shell('rm core.txt')));
  assertTold(told, /core\.txt was deleted; it had 501 lines/);
  assert.match(await project.control('activity'), /claude-code-\w+\.\w+ .*deleted \S*core\.txt/);
  await project.must('git', ['checkout', 'core.txt']);
});

test('two sessions that run commands at once are both told that it may have been the other', async () => {
  const wait = (name) => `until [ -e ${name}.log ]; do sleep 0.05; done`;
  const runs = [
    `touch mine.log; ${wait('theirs')}; printf x > core.txt; touch written.log; ${wait('over')}`,
    `touch theirs.log; ${wait('mine')}; ${wait('written')}; touch over.log`,
  ];
  const all = await Promise.all(runs.map((command) => steps(using(shell(command)))));
  // Who looks last may find that the other has looked already, and is told the same.
  for (const told of all) assertTold(told, /core\.txt changed from \d+ to 1 lines.*It may have been agent/);
  await project.must('git', ['checkout', 'core.txt']);
});

test('a session that is killed leaves nothing behind but what it did', async () => {
  await claude.killWhen(
    () => existsSync(project.file('killed.log')),
    [using(shell('printf x > victim.txt; touch killed.log; sleep 5'))],
  );
  const isTold = async () => {
    const { alerts } = JSON.parse(await project.control('alerts', '--json'));
    return alerts.some((alert) => /victim\.txt was changed by a command of agent/.test(alert.message));
  };
  await until(kLong, 'the change is an alert', isTold);
});

test('what git moves between commits is not told, and what nobody had committed is', async () => {
  await project.must('git', ['checkout', '-q', '-b', 'short']);
  project.write('core.txt', 'short\n');
  await project.must('git', ['commit', '-qam', 'short']);
  await project.must('git', ['checkout', '-q', 'main']);
  project.write('core.txt', kLines);
  await project.must('git', ['commit', '-q', '--allow-empty', '-am', 'as it was']);
  const moved = await steps(
    using(shell('git checkout -q short')),
    using(shell('git checkout -q main && mv core.txt moved.txt')),
    using(shell('mv moved.txt core.txt')),
  );
  assert.doesNotMatch(moved, /needs your attention/);
  project.write('core.txt', kLines + kLines + kLines);
  const lost = await steps(using(shell('git status; git checkout .')));
  assertTold(lost, /core\.txt changed from 1500 to 500 lines.*nobody had committed/);
  const beside = await steps(using(shell('git checkout -q short; git checkout -q main; printf x > core.txt; git add -A')));
  assertTold(beside, /core\.txt changed from 500 to 1 lines/);
  await project.must('git', ['checkout', 'HEAD', 'core.txt']);
});

test('a rule that leaves files out hides nothing that is tracked', async () => {
  const told = await steps(using(shell('cp .gitignore kept.log; echo "*" > .gitignore; printf x > core.txt')));
  assertTold(told, /core\.txt changed from 500 to 1 lines/);
  await project.must('git', ['checkout', 'core.txt', '.gitignore']);
});

test('a daemon that is killed while a command runs is told by the hook what the command did', async () => {
  for (const end of ['restart', 'kill']) {
    const { pid } = JSON.parse(await project.control('status', '--json'));
    // Another daemon is there before the hook asks: how fast one starts is not what this is about.
    const control = world.binary('governorctl');
    const command = end === 'kill' ? `kill -9 ${pid}; ${control} agents > made.log` : `${control} restart`;
    const told = await steps(using(shell(`${command}; printf x > core.txt`)));
    assertTold(told, /core\.txt changed from 500 to 1 lines/);
    await project.must('git', ['checkout', 'core.txt']);
  }
});

test('without git, and with a daemon that ends between two commands, all is told the same', async () => {
  const plain = new Project(world, 'plain');
  plain.write('core.txt', kLines);
  const other = new ScriptedClaude(plain);
  await plain.control('install', 'guards');
  const run = await other.run([
    using(shell(`${world.binary('governorctl')} restart`)),
    using(shell('truncate -s 0 core.txt')),
  ]);
  assert.equal(run.code, 0, run.text);
  assertTold(run.told, /plain\/core\.txt changed from 500 to 0 lines/);
});

closeAsLastTest(world);
