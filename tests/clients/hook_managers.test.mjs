import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { Holder } from './lib/holder.mjs';
import { kHusky, lefthook, Project } from './lib/programs.mjs';

// The guard of commits together with the programs that manage the hooks of git, as people install them: what
// those check goes on being checked, and what they do again does not take the guard away.

const world = new World();
let holder;

before(async () => {
  holder = await Holder.start(world);
});

async function checkout(name, files) {
  const project = new Project(world, name);
  await project.must('git', ['init', '-q', '-b', 'main']);
  project.write('core.txt', 'one\n');
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  return project;
}

async function commits(project, wanted, words) {
  project.write('core.txt', `${Math.random()}\n`);
  const { code, text } = await project.git('commit', '-am', words);
  assert.equal(code === 0, wanted, `${words}: ${text}`);
  return text;
}

/// A clean commit goes through, one with a secret does not, and neither does one that another is writing.
async function assertGuarded(project, again) {
  for (const words of ['at first', 'after the manager has run again']) {
    await commits(project, true, `clean, ${words}`);
    project.write('secret', '');
    await commits(project, false, `with a secret, ${words}`);
    rmSync(project.file('secret'));
    await holder.hold(project.file('core.txt'));
    const told = await commits(project, false, `held, ${words}`);
    await holder.release();
    assert.match(told, /others are writing files that are in it/);
    await again();
  }
  assert.match(await project.control('install', 'guards', '--check'), /all guards are in place/);
}

describe('husky', () => {
  let project;

  test('goes on scanning, and runs again', async () => {
    project = await checkout('with-husky', { '.husky/pre-commit': 'test ! -f secret\n' });
    await project.must('git', ['add', '-A']);
    await project.must(process.execPath, [kHusky]);
    await project.must('git', ['commit', '-qm', 'first']);
    await project.control('install', 'guards');
    await assertGuarded(project, () => project.must(process.execPath, [kHusky]));
  });

  test('does not commit anything of this machine, and is as before in the end', async () => {
    await project.must('git', ['add', '-A']);
    assert.doesNotMatch(await project.must('git', ['grep', '--cached', '-h', '']), /governorctl guard|\/bin\//);
    assert.doesNotMatch(await project.must('git', ['ls-files']), /settings|pre-merge-commit/);
    await project.control('install', 'guards', '--uninstall');
    assert.equal(readFileSync(project.file('.husky/pre-commit'), 'utf8'), 'test ! -f secret\n');
    assert.ok(!existsSync(project.file('.husky/pre-merge-commit')));
  });
});

describe('lefthook', () => {
  test('goes on scanning, and runs again', async () => {
    const project = await checkout('with-lefthook', {
      'lefthook.yml': 'pre-commit:\n  jobs:\n    - name: scan\n      run: test ! -f secret\n',
    });
    await project.must(lefthook(), ['install']);
    await project.must('git', ['add', '-A']);
    await project.control('install', 'guards');
    // Its hook looks for it in PATH.
    project.environment = ((plain) => (more) => plain({ LEFTHOOK_BIN: lefthook(), ...more }))(
      project.environment.bind(project),
    );
    await project.must('git', ['commit', '-qm', 'first']);
    await assertGuarded(project, () => project.must(lefthook(), ['install', '--force']));
    assert.doesNotMatch(await project.must('git', ['status', '--porcelain']), /lefthook-local/);
  });
});

closeAsLastTest(world);
