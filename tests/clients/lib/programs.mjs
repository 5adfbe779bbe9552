import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { kLong, stretched } from './deadlines.mjs';

// Programs of others that share a project with governor, from the packages in programs/ and claude_code/.

const modulesOf = (folder) => fileURLToPath(new URL(`../${folder}/node_modules`, import.meta.url));
const modules = modulesOf('programs');

export const kHusky = path.join(modules, 'husky', 'bin.js');

/// The program that a package brings for this machine.
function ofThisMachine(folder, prefix, file) {
  const wanted = `${prefix}${process.platform}-${process.arch}`;
  const name = readdirSync(folder).find(
    (entry) => entry.startsWith(wanted) && existsSync(path.join(folder, entry, file)),
  );
  if (!name) throw new Error(`${folder} has no ${prefix}* for this machine; npm ci --ignore-scripts installs it`);
  return path.join(folder, name, file);
}

export const lefthook = () => ofThisMachine(modules, 'lefthook-', path.join('bin', 'lefthook'));
export const claudeCode = () => ofThisMachine(path.join(modulesOf('claude_code'), '@anthropic-ai'), 'claude-code-', 'claude');

/// A file of the packages in a folder beside this one.
export const ofPackages = (folder, file) => path.join(modulesOf(folder), file);

/// A checkout in the world's own home, with the guards of governor where they are asked for.
export class Project {
  constructor(world, name) {
    this.world = world;
    this.path = path.join(realpathSync(world.environment().HOME), name);
    mkdirSync(this.path);
  }

  file(name) {
    return path.join(this.path, name);
  }

  write(name, text) {
    mkdirSync(path.dirname(this.file(name)), { recursive: true });
    writeFileSync(this.file(name), text);
  }

  /// Runs a program here to its end: exit code and all that it wrote.
  run(program, args, more = {}) {
    const options = { cwd: this.path, env: this.environment(more), timeout: stretched(kLong * 2) };
    return new Promise((resolve) => {
      const child = execFile(program, args, options, (error, stdout, stderr) =>
        resolve({ code: error ? (error.code ?? 1) : 0, text: stdout + stderr }),
      );
      child.stdin?.end();
    });
  }

  /// The same, which must succeed.
  async must(program, args) {
    const { code, text } = await this.run(program, args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${text}`);
    return text;
  }

  git(...args) {
    return this.run('git', args);
  }

  control(...args) {
    return this.must(this.world.binary('governorctl'), args);
  }

  environment(more) {
    const who = { GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 'test@example.invalid' };
    return {
      ...this.world.environment(),
      ...who,
      GIT_COMMITTER_NAME: who.GIT_AUTHOR_NAME,
      GIT_COMMITTER_EMAIL: who.GIT_AUTHOR_EMAIL,
      GIT_CONFIG_NOSYSTEM: '1',
      CI: 'true',
      ...more,
    };
  }
}
