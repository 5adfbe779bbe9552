import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { closeAsLastTest, World } from './harness.mjs';
import { kLong, stretched } from './lib/deadlines.mjs';
import { kClientInfo } from './lib/mcp.mjs';
import { ofPackages } from './lib/programs.mjs';

// The packages for npm and for MCP bundles, made of the programs of this build, installed as their users do, and used
// by the official client.

const world = new World({ survives: false });
const build = path.resolve(process.env.GOVERNOR_BIN_DIR ?? '.', '..');
const packer = fileURLToPath(new URL('../../packaging/pack.sh', import.meta.url));
const described = (name) => JSON.parse(readFileSync(path.join(build, 'packaging', name), 'utf8'));
const npmPackage = described('npm/package.json');
const bundle = described('mcpb/manifest.json');
const server = described('server.json');

// Nothing of the build is to be found but what the package has.
const { GOVERNOR_DAEMON: _, ...environment } = world.environment();

async function run(program, args, cwd = world.home) {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: environment, timeout: stretched(kLong * 2) });
  return stdout.trim();
}

function folder(name) {
  const made = path.join(world.home, name);
  mkdirSync(made);
  return made;
}

async function pack(kind) {
  const lines = (await run('bash', [packer, kind, build, folder(`packed-${kind}`)])).split('\n');
  return lines.at(-1);
}

/// The server that this command starts does its work, with the daemon that lies beside it.
async function isServed(command, args, home) {
  const client = new Client(kClientInfo);
  await client.connect(new StdioClientTransport({ command, args, env: environment, stderr: 'inherit' }));
  try {
    const { tools } = await client.listTools();
    assert.ok(tools.some((tool) => tool.name === 'process_agent_update'));
    const answer = await client.callTool({ name: 'process_agent_update', arguments: { agent_id: 'packaged' } });
    assert.equal(answer.structuredContent.agent_id, 'packaged');
    if (process.platform === 'linux') {
      const { pid } = await world.health();
      assert.equal(realpathSync(`/proc/${pid}/exe`), realpathSync(path.join(home, 'bin', 'governord')));
    }
  } finally {
    await client.close();
  }
  await run(path.join(home, 'bin', 'governorctl'), ['stop']);
}

test('one version stands everywhere, and one name', async () => {
  const shown = await run(world.binary('governor-proxy'), ['--version']);
  assert.match(shown, new RegExp(`^governor-proxy ${npmPackage.version.replaceAll('.', '\\.')} `));
  assert.equal(bundle.version, npmPackage.version);
  assert.equal(server.version, npmPackage.version);
  assert.equal(server.name, npmPackage.mcpName);
  assert.deepEqual(
    server.packages.map(({ registryType, identifier, version }) => [registryType, identifier, version]),
    [['npm', npmPackage.name, npmPackage.version]],
  );
});

// What the schema of 2025-12-11 and the registry ask for.
test('server.json has what the MCP registry asks for', () => {
  const known = ['$schema', 'name', 'title', 'description', 'version', 'packages'];
  assert.deepEqual(Object.keys(server).filter((key) => !known.includes(key)), []);
  assert.match(server.$schema, /^https:\/\/static\.modelcontextprotocol\.io\/schemas\/2025-12-11\/server\.schema\.json$/);
  assert.match(server.name, /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
  assert.ok(server.name.length >= 3 && server.name.length <= 200);
  assert.ok(server.title.length >= 1 && server.title.length <= 100);
  assert.ok(server.description.length >= 1 && server.description.length <= 100, 'at most 100 characters');
  for (const one of server.packages) {
    assert.match(one.version, /^\d+\.\d+\.\d+$/);
    assert.equal(new URL(one.registryBaseUrl).href, 'https://registry.npmjs.org/');
    assert.deepEqual(one.transport, { type: 'stdio' });
    for (const argument of one.packageArguments) {
      assert.equal(argument.type, 'named');
      assert.match(argument.name, /^--[a-z-]+$/);
      assert.equal(typeof argument.default, 'string');
    }
  }
});

const checker = ofPackages('mcpb', '.bin/mcpb');
const unchecked = existsSync(checker) ? false : 'the program mcpb is not installed (npm ci --ignore-scripts)';
test('the official program accepts the manifest of the bundle', { skip: unchecked }, async () => {
  const manifest = path.join(build, 'packaging', 'mcpb', 'manifest.json');
  assert.match(await run(process.execPath, [realpathSync(checker), 'validate', manifest]), /validation passes/);
});

test('the package is installed by npm and serves', async () => {
  const tarball = await pack('npm');
  const place = folder('project');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--prefix', place, tarball]);
  assert.match(await run('npx', ['--no-install', 'governor-proxy', '--version'], place), /^governor-proxy \d/);
  const home = path.join(place, 'node_modules', 'governor-proxy');
  await isServed(path.join(place, 'node_modules', '.bin', 'governor-proxy'), [], home);
});

test('the bundle is unpacked and serves as its manifest says', async () => {
  const packed = await pack('mcpb');
  const place = folder('bundle');
  await run('cmake', ['-E', 'tar', 'xf', packed], place);
  const { server: started, user_config: asked } = JSON.parse(readFileSync(path.join(place, 'manifest.json'), 'utf8'));
  const filled = (text) => text.replace('${__dirname}', place).replace('${user_config.tools}', asked.tools.default);
  assert.ok(existsSync(path.join(place, started.entry_point)));
  await isServed(filled(started.mcp_config.command), started.mcp_config.args.map(filled), place);
});

closeAsLastTest(world);
