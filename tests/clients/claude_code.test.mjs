import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { Holder } from './lib/holder.mjs';
import { kHusky, Project } from './lib/programs.mjs';
import { ScriptedClaude, using } from './lib/scripted_claude.mjs';

// The real Claude Code with its hooks, its MCP client and its subagents, in a project with husky, while another
// session works there too.

const world = new World();
writeFileSync(world.environment().GOVERNOR_CONFIG, JSON.stringify({ lease_grace_seconds: 1 }));
let project;
let claude;
let holder;

before(async () => {
  project = new Project(world, 'project');
  await project.must('git', ['init', '-q', '-b', 'main']);
  project.write('core.txt', 'one\ntwo\n');
  project.write('other.txt', 'one\n');
  project.write('.gitignore', 'mcp.json\nscans\n');
  project.write('.husky/pre-commit', 'echo scanned >>scans\ntest ! -f secret\n');
  await project.must(process.execPath, [kHusky]);
  await project.must('git', ['add', '-A']);
  await project.must('git', ['commit', '-qm', 'first']);
  claude = new ScriptedClaude(project);
  await project.control('install', 'guards');
  holder = await Holder.start(world);
});

/// Only the end of what the model was told is shown: its beginning is long and the same every time.
const assertTold = (told, wanted) => assert.ok(wanted.test(told), `${wanted} is not in ...${told.slice(-3000)}`);

const content = (name) => readFileSync(project.file(name), 'utf8');

async function steps(...given) {
  const run = await claude.run(given);
  assert.equal(run.code, 0, run.text);
  assert.match(run.text, /done/);
  return run.told;
}

const write = (name, text) => ['Write', { file_path: project.file(name), content: text }];
const read = (name) => ['Read', { file_path: project.file(name) }];
const shell = (command) => ['Bash', { command, description: 'a test' }];

test('it connects, leases, writes and reports, and what it wrote is on record', async () => {
  const told = await steps(
    using(read('core.txt')),
    using(['mcp__governor__request_write', { paths: [project.file('core.txt')], reason: 'the task' }]),
    using(write('core.txt', 'one\ntwo\nthree\n')),
    using(['mcp__governor__process_agent_update', { agent_id: 'claude', response_text: 'three is new' }]),
  );
  assertTold(told, /\\"status\\":\\"granted\\"|lease/);
  assertTold(told, /has been updated successfully/);
  assertTold(told, /decision|approve|revise/);
  assert.equal(content('core.txt'), 'one\ntwo\nthree\n');
  assert.match(await project.control('backups', project.file('core.txt')), /\d/);
  assert.match(await project.control('agent', 'claude'), /claude/);
});

test('its user asks with a command that is a prompt of governor', async () => {
  const run = await claude.run([], '/mcp__governor__take_over claude');
  assert.match(run.text, /done/);
  assert.match(run.told, /^POST /, 'the model was asked nothing');
  const refused = await claude.run([], '/mcp__governor__take_over nobody');
  assert.match(refused.text, /There is no agent "nobody"/);
  assert.equal(refused.told, '');
});

test('what another holds it may not write, and its model is told why', async () => {
  await holder.hold(project.file('core.txt'));
  const told = await steps(using(read('core.txt')), using(write('core.txt', 'mine\nmine\n')));
  assertTold(told, /core\.txt cannot be written now/);
  assertTold(told, /holds it since/);
  assert.equal(content('core.txt'), 'one\ntwo\nthree\n');
});

test('what it commits is scanned by husky and refused while another writes it', async () => {
  project.write('core.txt', 'changed by a shell\n');
  const commit = shell('git commit -am "from the shell"');
  assertTold(await steps(using(commit)), /others are writing files that are in it/);
  await holder.release();
  project.write('secret', '');
  assertTold(await steps(using(commit)), /husky - pre-commit script failed/);
  await project.must('rm', ['secret']);
  await steps(using(commit));
  assert.match(await project.must('git', ['log', '--oneline']), /from the shell/);
  assert.equal(content('scans'), 'scanned\n'.repeat(4));
});

test('two subagents write, each is governed, and nothing stays behind', async () => {
  await holder.hold(project.file('other.txt'));
  const subagent = (words) => [
    'Agent',
    { description: words, prompt: words, subagent_type: 'general-purpose', run_in_background: false },
  ];
  // Which of them takes which of the next steps is left to them.
  const told = await steps(
    using(subagent('write one'), subagent('write two')),
    using(write('new-a.txt', 'a\n')),
    using(read('other.txt')),
    using(write('new-b.txt', 'b\n')),
    using(write('other.txt', 'mine\n')),
  );
  assertTold(told, /other\.txt cannot be written now|has not been read yet/);
  assert.equal(content('new-a.txt'), 'a\n');
  assert.equal(content('new-b.txt'), 'b\n');
  assert.equal(content('other.txt'), 'one\n');
  await holder.release();
  const { leases } = JSON.parse(await project.control('leases', '--json'));
  assert.deepEqual(leases.filter((lease) => lease.paths.some((name) => name.includes('new-'))), []);
  assert.ok(!existsSync(project.file('secret')));
});

test('all guards are still in place', async () => {
  assert.match(await project.control('install', 'guards', '--check'), /all guards are in place/);
});

closeAsLastTest(world);
