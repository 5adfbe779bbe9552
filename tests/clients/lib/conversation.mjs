import assert from 'node:assert/strict';
import {
  kCapabilitiesKey,
  kInvalidParams,
  kInvalidRequest,
  kMethodNotFound,
  kModern,
  kParseError,
  kResourceNotFound,
  kServerInfoKey,
  kSubscriptionKey,
  kUnsupportedVersion,
  kVersionKey,
  modernMeta,
} from './mcp.mjs';
import { agentUri, askForWhatIsNot, kAgents, readEveryResource } from './resource_use.mjs';
import { usePrompts } from './prompt_use.mjs';
import { askForAnAgentThatIsNot, callEveryTool, callWronglyAndReadTheError } from './tool_calls.mjs';

// Everything a server of ours can say in one revision, called forth by hand, so that the schema checks see
// each kind of message at least once.

export async function converse(client, revision) {
  await (revision === kModern ? openModern(client) : openLegacy(client, revision));
  await useTools(client, revision);
  await useResources(client, revision);
  await provokeErrors(client, revision);
  if (revision === kModern) await listen(client);
}

async function openLegacy(client, revision) {
  const { result } = await client.initialize(revision);
  assert.equal(result.protocolVersion, revision);
  assert.equal(result.serverInfo.name, 'governor');
  assert.ok(result.capabilities.tools);
  assert.deepEqual((await client.request('ping')).result, {});
}

async function openModern(client) {
  const { result } = await client.requestIn(kModern, 'server/discover');
  assert.ok(result.supportedVersions.includes(kModern));
  assert.equal(result._meta?.[kServerInfoKey]?.name, 'governor', 'a result does not say who answers');
}

async function useTools(client, revision) {
  const { result } = await client.requestIn(revision, 'tools/list');
  assert.ok(result.tools.length > 0);
  const call = async (name, given) => {
    const response = await client.requestIn(revision, 'tools/call', { name, arguments: given });
    assert.ok(response.result, `${name}: ${JSON.stringify(response.error)}`);
    return response.result;
  };
  await callEveryTool(call, client.recorder.name.replaceAll(' ', '-'), {
    structured: revision >= '2025-06-18',
    listed: result.tools.map((tool) => tool.name),
  });
  await callWronglyAndReadTheError(call);
  await askForAnAgentThatIsNot(call);
}

async function useResources(client, revision) {
  const ask = async (method, params) => {
    const { result, error } = await client.requestIn(revision, method, params);
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
  };
  const use = {
    list: () => ask('resources/list'),
    templates: () => ask('resources/templates/list'),
    read: (uri) => ask('resources/read', { uri }),
    complete: (params) => ask('completion/complete', params),
    prompts: () => ask('prompts/list'),
    prompt: (name, given) => ask('prompts/get', { name, ...(given && { arguments: given }) }),
    code: (error) => error.code,
  };
  const call = (name, given) => ask('tools/call', { name, arguments: given });
  const agent = client.recorder.name.replaceAll(' ', '-');
  await readEveryResource(use, call, agent);
  await askForWhatIsNot(use, revision);
  await usePrompts(use, agent);
  const uris = [agentUri(agent), kAgents];
  const id = 'resources-1';
  if (revision === kModern) {
    const params = { _meta: modernMeta(), notifications: { resourceSubscriptions: uris } };
    await client.send({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params });
    await client.notification('notifications/subscriptions/acknowledged');
  } else {
    for (const uri of uris) assert.deepEqual(await ask('resources/subscribe', { uri }), {});
    await assert.rejects(ask('resources/subscribe', { uri: 'governor://nothing' }), {
      code: kResourceNotFound,
    });
  }
  await call('process_agent_update', { agent_id: agent });
  const told = [];
  for (const _ of uris) {
    const { params } = await client.notification('notifications/resources/updated');
    assert.equal(params._meta?.[kSubscriptionKey], revision === kModern ? id : undefined);
    told.push(params.uri);
  }
  assert.deepEqual(told.sort(), [...uris].sort());
  if (revision === kModern) {
    await client.notify('notifications/cancelled', { requestId: id, _meta: modernMeta() });
  } else {
    for (const uri of uris) assert.deepEqual(await ask('resources/unsubscribe', { uri }), {});
  }
}

async function provokeErrors(client, revision) {
  const code = async (method, params) => (await client.requestIn(revision, method, params)).error?.code;
  assert.equal(await code('no/such/method', {}), kMethodNotFound);
  assert.equal(await code('tools/call', { name: 'no_such_tool', arguments: {} }), kInvalidParams);
  assert.equal(await code('tools/call', { arguments: {} }), kInvalidParams);
  assert.equal(await code('tools/list', { cursor: 'not-one-of-ours' }), kInvalidParams);
  await provoke(client, '{"jsonrpc":"2.0","id":1,', kParseError);
  await provoke(client, '[]', kInvalidRequest);
  if (revision === kModern) await provokeModernErrors(client);
}

async function provokeModernErrors(client) {
  const code = async (meta) => (await client.request('tools/list', { _meta: meta })).error?.code;
  const { error } = await client.request('tools/list', {
    _meta: modernMeta({ [kVersionKey]: '1900-01-01' }),
  });
  assert.equal(error?.code, kUnsupportedVersion);
  assert.equal(error.data.requested, '1900-01-01');
  assert.ok(error.data.supported.includes(kModern));
  assert.equal(await code(modernMeta({ [kVersionKey]: undefined })), kInvalidParams);
  assert.equal(await code(modernMeta({ [kCapabilitiesKey]: undefined })), kInvalidParams);
  assert.equal((await client.request('tools/list')).error?.code, kInvalidParams);
  assert.equal(
    (await client.requestIn(kModern, 'ping')).error?.code,
    kMethodNotFound,
    'ping is gone from 2026-07-28',
  );
}

/// Sends a line that carries no readable id and waits for the error to it.
async function provoke(client, line, code) {
  await client.channel.write(`${line}\n`);
  const answer = await client.channel.lines.take(10_000, `refuses ${line}`, (bytes) =>
    /"error"/.test(bytes.toString('latin1')),
  );
  assert.equal(JSON.parse(answer).error.code, code);
}

async function listen(client) {
  const id = 'listen-1';
  const params = { _meta: modernMeta(), notifications: { toolsListChanged: true } };
  await client.send({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params });
  const acknowledged = await client.notification('notifications/subscriptions/acknowledged');
  assert.equal(acknowledged.params._meta[kSubscriptionKey], id);
  await client.notify('notifications/cancelled', { requestId: id, reason: 'enough', _meta: modernMeta() });
  await client.requestIn(kModern, 'tools/list');
  assert.equal(
    client.recorder.answersTo('subscriptions/listen').length,
    0,
    'a cancelled subscription was answered',
  );
}
