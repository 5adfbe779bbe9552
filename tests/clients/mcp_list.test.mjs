import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { claudeCode, ofPackages, Project } from './lib/programs.mjs';

// What the real clients see of governor after governorctl has installed it. None of this needs an account.

const world = new World();
let project;

const home = (name) => path.join(world.environment().HOME, name);
const proxy = () => world.binary('governor-proxy');

before(async () => {
  project = new Project(world, 'project');
});

/// A test that is skipped, and says so, where the client's package is not installed.
function withClient(name, program, body) {
  let found;
  try {
    found = program();
  } catch (error) {
    found = undefined;
  }
  const skip = found !== undefined && existsSync(found) ? false : `${name} is not installed (npm ci --ignore-scripts)`;
  test(`${name} sees governor after the installation, and not after its removal`, { skip }, () => body(found));
}

withClient('Claude Code', claudeCode, async (claude) => {
  await project.control('install', 'claude-code');
  assert.match(await project.must(claude, ['mcp', 'list']), /governor: .*governor-proxy.*Connected/);
  const state = JSON.parse(readFileSync(home('.claude.json'), 'utf8'));
  assert.equal(state.mcpServers.governor.command, proxy());
  assert.match(await project.control('install', 'claude-code'), /already installed/);
  await project.control('uninstall', 'claude-code');
  assert.match(await project.must(claude, ['mcp', 'list']), /No MCP servers/);
  // What it wrote of its own in between has stayed.
  const after = JSON.parse(readFileSync(home('.claude.json'), 'utf8'));
  delete state.mcpServers.governor;
  assert.deepEqual(Object.keys(state).filter((key) => !(key in after)), []);
});

withClient('Codex', () => ofPackages('mcp_clients', '.bin/codex'), async (codex) => {
  await project.control('install', 'codex');
  // The list is on the standard output, warnings are not.
  const listed = await project.must(codex, ['mcp', 'list', '--json']);
  const servers = JSON.parse(listed.slice(listed.indexOf('[\n'), listed.lastIndexOf(']') + 1));
  assert.deepEqual(
    servers.map((server) => [server.name, server.enabled, server.transport.command]),
    [['governor', true, proxy()]],
  );
  await project.must(codex, ['mcp', 'add', 'other', '--', 'true']);
  await project.control('uninstall', 'codex');
  const left = await project.must(codex, ['mcp', 'list']);
  assert.match(left, /other/);
  assert.doesNotMatch(left, /governor/);
});

withClient('Gemini CLI', () => ofPackages('mcp_clients', '.bin/gemini'), async (gemini) => {
  await project.control('install', 'gemini');
  writeFileSync(home('.gemini/trustedFolders.json'), JSON.stringify({ [project.path]: 'TRUST_FOLDER' }));
  assert.match(await project.must(gemini, ['mcp', 'list']), /governor: .*governor-proxy.*Connected/);
  await project.control('uninstall', 'gemini');
  assert.doesNotMatch(await project.must(gemini, ['mcp', 'list']), /governor/);
});

withClient('the Inspector', () => ofPackages('mcp_clients', '.bin/mcp-inspector'), async (inspector) => {
  await project.control('install', 'cursor');
  const text = await project.must(inspector, [
    '--cli', '--config', home('.cursor/mcp.json'), '--server', 'governor', '--method', 'tools/list',
  ]);
  assert.match(text, /"request_write"/);
  await project.control('uninstall', 'cursor');
  assert.equal(existsSync(home('.cursor/mcp.json')), false);
});

closeAsLastTest(world);
