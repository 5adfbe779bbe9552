import assert from 'node:assert/strict';
import { World } from '../harness.mjs';
import { kLong, until } from './deadlines.mjs';
import { claudeCode } from './programs.mjs';

const kTools = 'mcp__governor__*,Read,Write,Edit,Bash(*)';
const claudeWords = [
  claudeCode(),
  '-p',
  '--output-format',
  'stream-json',
  '--verbose',
  '--mcp-config',
  '{mcp_config}',
  '--settings',
  '{settings}',
  '--permission-mode',
  'acceptEdits',
  '--allowedTools',
  kTools,
];

/// A daemon whose runners are the real Claude Code and the shell.
export function deployingWorld() {
  const pass = ['ANTHROPIC_*', 'CLAUDE_*', 'DISABLE_*', 'GIT_*'];
  const claude = { pass, command: claudeWords, resume: [...claudeWords, '--resume', '{session}'] };
  const shell = { command: ['/bin/sh', '-c', 'exec /bin/sh "$0"', '{prompt_file}'], input: 'terminal' };
  return new World({ survives: false, config: { deployments: { runners: { claude, shell } } } });
}

/// Deploys in a project, over a connection of its own.
export class Deployer {
  #world;
  #project;
  #client;

  constructor(world, project) {
    this.#world = world;
    this.#project = project;
  }

  /// Registers as this agent, the parent of what it deploys.
  async begin(agent) {
    this.#client = this.#world.proxied('parent');
    await this.#client.initialize('2025-06-18');
    await this.call('register_agent', { agent_id: agent });
    // What a failed test has left running would outlive the daemon.
    this.#world.atEnd(async () => {
      const { deployments } = await this.call('list_deployments', { live: true });
      for (const { deployment_id } of deployments) await this.call('stop_deployment', { deployment_id });
    });
  }

  async call(name, given) {
    const { result } = await this.#client.request('tools/call', { name, arguments: given });
    assert.ok(!result.isError, result.content?.[0]?.text);
    return result.structuredContent;
  }

  async deploy(given) {
    const order = { agent_type: 'worker', prompt: 'go', cwd: this.#project.path, ...given };
    return (await this.call('deploy_headless_agent', order)).deployment;
  }

  async standing(id) {
    return (await this.call('get_deployment', { deployment_id: id })).deployment;
  }

  untilState(id, ...states) {
    return until(kLong, `${id} is ${states.join(' or ')}`, async () => {
      const now = await this.standing(id);
      return states.includes(now.state) ? now : null;
    });
  }

  untilOver(id) {
    return this.untilState(id, 'finished', 'failed', 'stopped', 'lost');
  }

  async output(id) {
    return (await this.call('get_deployment_output', { deployment_id: id })).text;
  }

  /// Of deployments that are over.
  async assertNothingIsLeft() {
    const { differences } = await this.call('validate_and_repair_registry', {});
    assert.deepEqual(differences, []);
  }

  /// Who git says has made a commit.
  identity() {
    const { GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL } = this.#project.environment({});
    return { GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL };
  }
}

/// A project with a first commit in which Claude Code can be deployed.
export async function committedProject(project, files) {
  await project.must('git', ['init', '-q', '-b', 'main']);
  // For what the daemon commits when a person merges.
  await project.must('git', ['config', 'user.name', 'Test']);
  await project.must('git', ['config', 'user.email', 'test@example.invalid']);
  for (const [name, text] of Object.entries(files)) project.write(name, text);
  project.write('.gitignore', 'mcp.json\n*.log\n');
  await project.must('git', ['add', '-A']);
  await project.must('git', ['commit', '-qm', 'first']);
}
