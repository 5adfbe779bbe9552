import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kLong, until, within } from '../lib/deadlines.mjs';
import { importedAgent } from './imported_agent.mjs';

// A store with something to see in each view: many agents that came from elsewhere, some at work, leases that are waited for,
// requests to a person, tasks, deployments, a file that changed without a lease.

const kAtOnce = 128;
const kRows = 24;
const kGit = ['git', '-c', 'user.name=t', '-c', 'user.email=t@localhost'];

/// Of the world in which the fleet lives.
export const kFleetConfig = {
  protected: ['/**/secret/**'],
  deployments: {
    runners: {
      shell: { command: ['/bin/sh', '-c', 'exec /bin/sh "$0"', '{prompt_file}'], input: 'terminal' },
    },
  },
};

export class Fleet {
  #world;
  #agents = new Map();
  #isOver = false;

  constructor(world) {
    this.#world = world;
  }

  /// Everything; `imported` is how many agents only have a past, and `rows` how many updates each of them had.
  async fill(imported, rows = kRows) {
    await this.#agent('ada', 'writes the parser');
    await this.#import(imported, rows);
    await this.#project();
    await this.#evidence();
    await this.#leases();
    await this.#needs();
    await this.#tasks();
    await this.#deployments();
  }

  /// A tool as `agent` calls it.
  async call(agent, name, given = {}) {
    const { result, error } = await this.#agents
      .get(agent)
      .request('tools/call', { name, arguments: given }, kLong);
    assert.ok(!error, JSON.stringify(error));
    assert.ok(!result.isError, `${name}: ${result.content?.[0]?.text}`);
    return result.structuredContent;
  }

  /// A request as a person sends it.
  async ask(method, params) {
    const { result, error } = await this.person.request(method, params, kLong);
    assert.ok(!error, `${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async #agent(name, purpose, parent) {
    const client = this.#world.proxied(name);
    await client.initialize('2025-11-25');
    this.#agents.set(name, client);
    await this.call(name, 'register_agent', {
      agent_id: name,
      purpose,
      ...(parent && { parent_agent_id: parent }),
    });
  }

  async #import(count, rows) {
    this.person = await this.#world.direct('person');
    await this.person.request('governor/hello', { protocol: 1, role: 'person', client: 'fleet' });
    let taken = Promise.resolve();
    for (let from = 0; from < count; from += kAtOnce) {
      // The next ones are made while the daemon takes these.
      const agents = Array.from({ length: Math.min(kAtOnce, count - from) }, (_, i) =>
        importedAgent(from + i, rows),
      );
      await taken;
      taken = this.#take(agents);
    }
    await taken;
  }

  async #take(agents) {
    const answer = await this.ask('governor/import', { agents });
    assert.ok(
      answer.agents.every(({ outcome }) => outcome === 'imported'),
      JSON.stringify(answer.agents[0]),
    );
  }

  #project() {
    const root = path.join(this.#world.home, 'project');
    mkdirSync(path.join(root, 'src'), { recursive: true });
    mkdirSync(path.join(root, 'secret'));
    this.root = realpathSync(root);
    for (const name of ['src/parser.py', 'src/lexer.py', 'src/tree.py', 'secret/key.txt'])
      writeFileSync(
        path.join(root, name),
        Array.from({ length: 40 }, (_, i) => `line ${i + 1} of ${name}\n`).join(''),
      );
    const git = (...words) =>
      execFileSync(kGit[0], [...kGit.slice(1), ...words], {
        cwd: root,
        stdio: 'ignore',
      });
    git('init', '-q', '-b', 'main');
    git('add', 'src');
    git('commit', '-q', '-m', 'begin');
  }

  path(name) {
    return path.join(this.root, name);
  }

  async #evidence() {
    const say = (event, more) => this.call('ada', 'report_evidence', { event, ...more });
    for (let turn = 0; turn < 6; ++turn) {
      await say('turn_began');
      await say('tool_used', { tool: 'Read', duration_ms: 12 });
      await say('tool_used', {
        tool: 'Bash',
        command: 'pytest -q',
        success: turn < 3,
        exit_code: turn < 3 ? 0 : 1,
        duration_ms: 2_300,
      });
      await say('tests_run', {
        framework: 'pytest',
        passed: 40,
        failed: turn < 3 ? 0 : turn,
        success: turn < 3,
      });
      await say('file_changed', {
        path: this.path('src/lexer.py'),
        lines_added: 12 + turn,
        lines_removed: 3,
      });
      await say('turn_ended');
      await this.call('ada', 'process_agent_update', {
        complexity: 0.3 + turn / 20,
        confidence: 0.8,
        ethical_drift: [0.03 * turn, 0.02, 0.05],
      });
    }
    await say('risky_action', { rule: 'force_push', severity: 'medium' });
  }

  /// ada has a file, bob waits for it, and cleo for what bob has.
  async #leases() {
    await this.#agent('bob', 'reviews the parser', 'ada');
    await this.#agent('cleo', 'writes the tests', 'ada');
    const ofAda = await this.call('ada', 'request_write', {
      paths: [this.path('src/parser.py')],
      ttl_seconds: 3_600,
      reason: 'new grammar',
    });
    const ofBob = await this.call('bob', 'request_write', {
      paths: [this.path('src/tree.py')],
      ttl_seconds: 3_600,
    });
    await this.call('cleo', 'request_write', {
      paths: [this.path('src/lexer.py')],
      ttl_seconds: 3_600,
      mode: 'shared',
    });
    const waits = [this.#keepWaiting('bob', 'src/parser.py'), this.#keepWaiting('cleo', 'src/tree.py')];
    // A proxy ends when all that it was asked is answered.
    this.#world.atEnd(async () => {
      this.#isOver = true;
      await this.call('ada', 'release_write', { lease: ofAda.lease });
      await this.call('bob', 'release_write', { lease: ofBob.lease });
      await within(kLong, 'those who waited have what they wanted', Promise.all(waits));
    });
    await until(kLong, 'two wait', async () => (await this.call('ada', 'list_leases')).waiting.length === 2);
  }

  /// However long the tests take: who follows progress may wait for five minutes, and then asks again.
  async #keepWaiting(agent, name) {
    const client = this.#agents.get(agent);
    for (let round = 1; !this.#isOver; ++round) {
      const id = `waits for ${name}, ${round}`;
      const given = { paths: [this.path(name)], wait_seconds: 300 };
      const params = { name: 'request_write', arguments: given, _meta: { progressToken: id } };
      await client.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
      await client.response(id, kLong * 20, `${agent}, who waits for ${name}`);
    }
  }

  async #needs() {
    await this.#agent('dora', 'migrates the database');
    for (let i = 0; i < 4; ++i)
      await this.call('dora', 'process_agent_update', {
        complexity: 1,
        confidence: 0.2,
        ethical_drift: [1, 1, 1],
      });
    await this.call('ada', 'request_approval', {
      path: this.path('secret/key.txt'),
      reason: 'the key has to be replaced before the release',
    });
    // Nobody was granted this.
    writeFileSync(
      this.path('src/parser.py'),
      Array.from({ length: 12 }, (_, i) => `line ${2 * i + 1} of src/parser.py\n`).join(''),
    );
    await until(kLong, 'the change is an alert', async () => {
      const { alerts } = await this.call('ada', 'list_alerts');
      return alerts.some(({ kind }) => kind === 'file_changed');
    });
  }

  async #tasks() {
    const define = (id, title, more) => this.call('ada', 'define_task', { task_id: id, title, ...more });
    await define('grammar', 'A grammar for expressions', {
      priority: 'HIGH',
      description: 'Left recursion has to go.\n\nSee the notes.',
    });
    await define('lexer', 'A lexer for it', { depends_on: ['grammar'] });
    await define('tests', 'Tests of both', { depends_on: ['grammar', 'lexer'], priority: 'CRITICAL' });
    await define('docs', 'A chapter of the manual', { agent: 'cleo', priority: 'LOW' });
    await define('release', 'The release', { depends_on: ['tests', 'docs'] });
    await this.call('bob', 'claim_task', { task_id: 'grammar' });
    await this.call('bob', 'update_task', {
      task_id: 'grammar',
      progress: 60,
      note: 'the operators are done',
    });
    await define('spike', 'Try a generator');
    await this.call('bob', 'update_task', { task_id: 'spike', status: 'done', note: 'by hand is shorter' });
    await define('port', 'Port to the old machine');
    await this.call('bob', 'update_task', { task_id: 'port', status: 'blocked', note: 'there is none' });
  }

  async #deployments() {
    const deploy = async (agent_type, prompt, more) => {
      const order = { agent_type, prompt, runner: 'shell', cwd: this.root, ...more };
      return (await this.call('ada', 'deploy_headless_agent', order)).deployment.deployment_id;
    };
    this.asking = await deploy(
      'painter',
      'echo "painting the fence"; echo "Do you want to continue? (y/n)"; read answer; echo "you said $answer"\n',
      {
        budget: { turns: 40 },
      },
    );
    this.finished = await deploy('mason', 'echo "one wall"; echo "done"\n', { parent: 'ada' });
    this.made = await deploy(
      'writer',
      `printf "a chapter\\n" > chapter.txt; git add .; ${kGit.join(' ')} commit -qm chapter; echo written; read answer\n`,
      {
        workspace: 'worktree',
        task_id: 'docs',
      },
    );
    const shows = (id, what, is) =>
      until(kLong, `${id} ${what}`, async () => {
        const { deployment } = await this.call('ada', 'get_deployment', { deployment_id: id });
        const { text } = await this.call('ada', 'get_deployment_output', { deployment_id: id });
        return is(deployment, text);
      });
    await shows(this.finished, 'is over', ({ state }) => state === 'finished');
    await shows(this.asking, 'waits', ({ state }) => state === 'waiting');
    await shows(this.made, 'has written', (_, text) => text.includes('written'));
    this.#world.atEnd(async () => {
      for (const id of [this.asking, this.made])
        await this.call('ada', 'stop_deployment', { deployment_id: id });
    });
  }
}
