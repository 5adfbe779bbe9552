import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { kClientInfo, kModern } from './lib/mcp.mjs';
import { recording } from './lib/sdk_transport.mjs';
import { assertValid } from './lib/validate.mjs';

// What only a person decides is asked in the client, if it can ask its user: the official 2.x client sends the call
// again with the answer by itself, the 1.x client answers a message while its call waits.

const world = new World({ config: { protected: ['/**/core/**'] } });
const recorders = [];

async function clientWhoseUser(answers, name) {
  const one = await connectClient2(world, name, {
    capabilities: { elicitation: { form: {} } },
    versionNegotiation: { mode: { pin: kModern } },
  });
  const asked = [];
  one.client.setRequestHandler('elicitation/create', async (request) => {
    asked.push(request.params.message);
    return answers;
  });
  recorders.push(one.recorder);
  return { ...one, asked };
}

async function protectedFile(one, name) {
  const directory = path.join(world.home, name, 'core');
  mkdirSync(directory, { recursive: true });
  const file = path.join(realpathSync(directory), 'a.cpp');
  const { structuredContent } = await one.call('request_write', { paths: [file] });
  return { path: file, content: 'new\n', lease: structuredContent.lease };
}

test('a user who agrees lets the call go on', async () => {
  const one = await clientWhoseUser({ action: 'accept', content: { decision: 'approve' } }, 'agrees');
  const write = await protectedFile(one, 'agreed');
  const result = await one.call('commit_file', write);
  assert.ok(!result.isError, JSON.stringify(result));
  assert.equal(readFileSync(write.path, 'utf8'), 'new\n');
  assert.equal(one.asked.length, 1);
  assert.match(one.asked[0], /is protected by .* Do you allow it\? \(governor, request \d+\)/);
  const { structuredContent } = await one.call('list_approvals', { status: 'approved' });
  assert.match(structuredContent.approvals[0].answer.by, /^the user of /);
});

test('a user who declines is asked once, and the call is refused', async () => {
  const one = await clientWhoseUser({ action: 'decline' }, 'declines');
  const write = await protectedFile(one, 'declined');
  const result = await one.call('commit_file', write);
  assert.ok(result.isError);
  assert.match(result.content[0].text, /was denied by the user of/);
  assert.ok((await one.call('commit_file', write)).isError);
  assert.equal(one.asked.length, 1);
});

const Transport = recording(StdioClientTransport);

async function olderClientWhoseUser(answers, name, revision) {
  const client = new Client(kClientInfo, { capabilities: { elicitation: {} } });
  const transport = new Transport(world.proxyParameters(), { name, revision });
  const asked = [];
  client.setRequestHandler(ElicitRequestSchema, async (request) => {
    asked.push(request.params.message);
    return answers;
  });
  world.atEnd(() => client.close());
  await client.connect(transport);
  recorders.push(transport.recorder);
  return { asked, call: (tool, given) => client.callTool({ name: tool, arguments: given }) };
}

for (const revision of ['2025-06-18', '2025-11-25']) {
  test(`the user of a client of ${revision} is asked while the call waits`, async () => {
    const yes = { action: 'accept', content: { decision: 'approve' } };
    const one = await olderClientWhoseUser(yes, `older ${revision}`, revision);
    const write = await protectedFile(one, `older-${revision}`);
    const result = await one.call('commit_file', write);
    assert.ok(!result.isError, JSON.stringify(result));
    assert.equal(readFileSync(write.path, 'utf8'), 'new\n');
    assert.equal(one.asked.length, 1);
  });

  test(`a user of a client of ${revision} who declines is asked once`, async () => {
    const one = await olderClientWhoseUser({ action: 'decline' }, `declining ${revision}`, revision);
    const write = await protectedFile(one, `declining-${revision}`);
    const result = await one.call('commit_file', write);
    assert.ok(result.isError);
    assert.match(result.content[0].text, /was denied by the user of/);
    assert.equal(one.asked.length, 1);
  });
}

test('a client that cannot ask its user gets the refusal', async () => {
  const one = await connectClient2(world, 'cannot', { versionNegotiation: { mode: { pin: kModern } } });
  const result = await one.call('commit_file', await protectedFile(one, 'cannot'));
  assert.ok(result.isError);
  assert.match(result.content[0].text, /Request \d+ waits for an answer/);
});

test('every message was valid', () => {
  assertValid(recorders);
});

closeAsLastTest(world);
