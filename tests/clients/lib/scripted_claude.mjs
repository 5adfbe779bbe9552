import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { kLong, until } from './deadlines.mjs';
import { claudeCode } from './programs.mjs';

/// The real Claude Code in a project, with a model that says what the test tells it to.
export class ScriptedClaude {
  #project;
  #model = path.join(process.env.GOVERNOR_TEST_DATA, 'claude', 'scripted_model.mjs');
  #runs = 0;

  /// `args` are those of the proxy.
  constructor(project, args = []) {
    this.#project = project;
    const server = { command: project.world.binary('governor-proxy'), args };
    project.write('mcp.json', JSON.stringify({ mcpServers: { governor: server } }));
  }

  /// Goes through the steps of the model, each a list of content blocks. What Claude Code wrote, and the
  /// messages that the model was sent, in which it reads what its tools have answered. `words`: what the user types.
  run(steps, words = 'go') {
    return this.#withModel(steps, (environment) => this.#project.run(claudeCode(), argumentsFor(words), environment));
  }

  /// Runs `use(environment)` while a model goes through the steps, for a Claude Code that somebody else starts.
  /// What `use` returned, and the messages that the model was sent.
  async serve(steps, use) {
    const served = await this.#withModel(steps, async (environment) => ({ result: await use(environment) }));
    return { result: served.result, told: served.told };
  }

  /// The same as `run`, but Claude Code is killed as soon as `condition` holds.
  killWhen(condition, steps) {
    return this.#withModel(steps, async (environment) => {
      const options = { cwd: this.#project.path, env: this.#project.environment(environment), stdio: 'ignore' };
      const child = spawn(claudeCode(), argumentsFor('go'), options);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      try {
        await until(kLong, 'what Claude Code is killed after', condition);
      } finally {
        child.kill('SIGKILL');
        await ended;
      }
      return { code: null, text: '' };
    });
  }

  async #withModel(steps, use) {
    const name = this.#project.file(`../${path.basename(this.#project.path)}-${++this.#runs}`);
    writeFileSync(`${name}.json`, JSON.stringify([...steps, [{ type: 'text', text: 'done' }]]));
    const port = await freePort();
    const words = [this.#model, `${name}.json`, String(port), `${name}.log`];
    const model = spawn(process.execPath, words, { stdio: 'ignore' });
    const ended = new Promise((resolve) => model.once('exit', resolve));
    try {
      await until(kLong, 'the scripted model listens', () => canConnect(port));
      const used = await use(environment(port));
      return { ...used, told: readFileSync(`${name}.log`, 'utf8') };
    } finally {
      model.kill();
      await ended;
    }
  }
}

const argumentsFor = (words) => [
  '-p',
  words,
  '--mcp-config',
  'mcp.json',
  '--permission-mode',
  'acceptEdits',
  '--allowedTools',
  'mcp__governor__*,Read,Write,Edit,Bash(*),Agent',
];

function environment(port) {
  return {
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
    ANTHROPIC_API_KEY: 'any',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy(resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

let uses = 0;

/// A step of the model that uses tools: pairs of a name and what it is given.
export function using(...tools) {
  return tools.map(([name, input]) => ({ type: 'tool_use', id: `use-${++uses}`, name, input }));
}
