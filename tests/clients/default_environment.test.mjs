import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client as Client2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Transport2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { closeAsLastTest, World } from './harness.mjs';
import { kClientInfo, kErrorKey } from './lib/mcp.mjs';

// The official clients as their documentation starts a server: a command, no arguments, no environment. They then pass
// on no more than HOME, LOGNAME, PATH, SHELL, TERM and USER, while the daemon was started by somebody with another
// runtime directory. The default profile is all there is: register, report, ask, write, let go.

const world = new World({ usualPlaces: true });
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const home = process.env.HOME;
let daemon;

before(async () => {
  await world.proxied('who has started the daemon').initialize('2025-11-25');
  daemon = (await world.health()).pid;
  process.env.HOME = world.home;
});

after(() => {
  process.env.HOME = home;
});

const packages = {
  '@modelcontextprotocol/sdk': [Client1, Transport1],
  '@modelcontextprotocol/client': [Client2, Transport2],
};

for (const [name, [Client, Transport]] of Object.entries(packages)) {
  describe(`${name} with its own environment`, () => {
    const agent = `default-${name.split('/')[1]}`;
    const problems = [];
    let client;
    let file;

    /// The structured content of a call, or the error that the result is.
    const call = async (tool, given = {}) => {
      const result = await client.callTool({ name: tool, arguments: given });
      return result.isError ? result._meta[kErrorKey] : result.structuredContent;
    };

    before(async () => {
      client = new Client(kClientInfo);
      client.onerror = (error) => problems.push(error);
      world.atEnd(() => client.close());
      await client.connect(new Transport({ command: world.binary('governor-proxy') }));
      const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'governor-default-')));
      world.atEnd(async () => rmSync(directory, { recursive: true, force: true }));
      file = path.join(directory, 'walls.txt');
      writeFileSync(file, 'white\n');
    });

    test('finds the daemon that runs', async () => {
      const info = await call('get_server_info');
      assert.equal(info.pid, daemon);
    });

    test('is offered what the instructions ask for', async () => {
      const { tools } = await client.listTools();
      const names = tools.map((tool) => tool.name);
      for (const tool of ['register_agent', 'process_agent_update', 'request_write', 'commit_file', 'release_write'])
        assert.ok(names.includes(tool), `${tool} is missing`);
    });

    test('registers and reports', async () => {
      assert.equal((await call('register_agent', { agent_id: agent, purpose: 'paints' })).agent_id, agent);
      assert.equal((await call('process_agent_update', { response_text: 'Painted a wall.' })).update, 1);
    });

    test('writes under a lease, and others are refused meanwhile', async () => {
      const lease = await call('request_write', { paths: [file], reason: 'to paint it' });
      assert.equal(lease.status, 'granted');
      const other = world.proxied(`another beside ${name}`);
      await other.initialize('2025-11-25');
      await other.request('tools/call', {
        name: 'register_agent',
        arguments: { agent_id: `${agent}-other`, purpose: 'paints too' },
      });
      const refused = await other.request('tools/call', {
        name: 'request_write',
        arguments: { paths: [file], wait_seconds: 0 },
      });
      const said = refused.result.structuredContent ?? refused.result._meta?.[kErrorKey];
      assert.notEqual(said.status, 'granted');
      const written = await call('commit_file', {
        path: file,
        content: 'blue\n',
        expected_sha256: sha256('white\n'),
        lease: lease.lease,
      });
      assert.equal(written.sha256, sha256('blue\n'));
      assert.equal(readFileSync(file, 'utf8'), 'blue\n');
      assert.equal((await call('release_write', { lease: lease.lease })).ending, 'released');
    });

    test('a wrong argument is refused by name', async () => {
      const problem = await call('process_agent_update', { complexity: NaN });
      assert.equal(problem.code, 'invalid_argument');
      assert.equal(problem.field, 'complexity');
    });

    test('a text that was cut inside a character is taken', async () => {
      assert.equal((await call('process_agent_update', { response_text: '\u{1F600}'.slice(0, 1) })).update, 2);
    });

    test('the client saw nothing that it could not understand', () => assert.deepEqual(problems, []));
  });
}

test('the daemon is the one that was there', async () => {
  assert.equal((await world.health()).pid, daemon);
});

closeAsLastTest(world);
