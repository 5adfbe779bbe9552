import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { World } from '../harness.mjs';
import { kLong } from './deadlines.mjs';
import { kErrorKey, modernMeta } from './mcp.mjs';

// One of several machines: its world, its clone of the repository that they share, and a client that calls tools.
// `more` is for its world.
export class Machine {
  constructor(clone, shared, more = {}) {
    this.clone = clone;
    const config = { shared: { workspaces: 'all', ...shared } };
    this.world = new World({ survives: false, config, ...more });
    this.connect();
  }

  connect() {
    this.client = this.world.proxied(this.clone);
  }

  // The same machine with a client of its own.
  another() {
    const other = Object.create(this);
    other.connect();
    return other;
  }

  file(name) {
    return path.join(this.clone, name);
  }

  async result(name, given, ms = kLong * 2, client = this.client) {
    const params = { name, arguments: given, _meta: modernMeta() };
    return (await client.request('tools/call', params, ms)).result;
  }

  async call(name, given, client = this.client) {
    const result = await this.result(name, given, kLong * 2, client);
    assert.ok(!result.isError, JSON.stringify(result));
    return result.structuredContent;
  }

  async refusal(name, given) {
    const result = await this.result(name, given);
    assert.ok(result.isError, JSON.stringify(result));
    return result._meta[kErrorKey];
  }

  ask(name, wait = 0) {
    return this.call('request_write', { paths: [this.file(name)], wait_seconds: wait });
  }

  async take(name, wait = 0) {
    const answer = await this.ask(name, wait);
    assert.equal(answer.status, 'granted', JSON.stringify(answer));
    return answer;
  }

  commit(name, lease, content) {
    return this.call('commit_file', { path: this.file(name), lease, content });
  }

  async pid() {
    return (await this.world.health()).pid;
  }

  // What the hook of Claude Code says before a write of the whole file.
  hook(name, content) {
    const event = {
      session_id: 'hooked',
      cwd: this.clone,
      hook_event_name: 'PreToolUse',
      tool_name: 'Write',
      tool_input: { file_path: this.file(name), content },
    };
    const words = ['guard', 'claude-code', '--wait', '0'];
    const options = { env: this.world.environment(), encoding: 'utf8', input: JSON.stringify(event) };
    return JSON.parse(execFileSync(this.world.binary('governorctl'), words, options)).hookSpecificOutput;
  }

  ctl(...words) {
    return this.says('--json', ...words);
  }

  // What governorctl tells a person.
  says(...words) {
    const options = { env: this.world.environment(), encoding: 'utf8' };
    return execFileSync(this.world.binary('governorctl'), words, options);
  }
}

export function git(...words) {
  const own = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  execFileSync('git', [...own, ...words], { stdio: 'ignore' });
}

// A repository with a commit, and clones of it: directories of these names.
export function makeClones(place, names) {
  const [first, ...others] = names.map((name) => path.join(place, name));
  git('init', '-q', '-b', 'main', first);
  git('-C', first, 'commit', '-q', '--allow-empty', '-m', 'first');
  for (const clone of others) git('clone', '-q', first, clone);
}
