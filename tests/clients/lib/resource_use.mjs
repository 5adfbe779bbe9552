import assert from 'node:assert/strict';
import { kLong, until } from './deadlines.mjs';
import { kInvalidParams, kModern, kResourceNotFound } from './mcp.mjs';

// What a client does with resources, whichever client and revision it is. `use` has list(), templates(),
// read(uri), complete(argument) and code(error); `change` is the update of an agent by somebody else.

export const kAgents = 'governor://agents';
export const agentUri = (id) => `${kAgents}/${id}`;
export const historyUri = (id) => `${agentUri(id)}/history`;

/// Lists, reads and completes, comparing what is read with what the tools say. `agent` has updates.
export async function readEveryResource(use, call, agent) {
  const { resources, nextCursor } = await use.list();
  assert.deepEqual(
    resources.map((resource) => resource.uri),
    [kAgents, 'governor://alerts', 'governor://leases', 'governor://deployments', 'governor://approvals', 'governor://thresholds'],
  );
  assert.equal(nextCursor, undefined);
  const { resourceTemplates } = await use.templates();
  const templates = resourceTemplates.map((template) => template.uriTemplate);
  assert.deepEqual(templates, [agentUri('{id}'), historyUri('{id}'), 'governor://deployments/{id}']);

  const content = async (uri) => {
    const { contents } = await use.read(uri);
    assert.equal(contents.length, 1);
    assert.equal(contents[0].uri, uri);
    assert.equal(contents[0].mimeType, 'application/json');
    return JSON.parse(contents[0].text);
  };
  const said = async (tool, given) => JSON.parse((await call(tool, given)).content[0].text);
  for (const { uri } of resources) assert.equal(typeof (await content(uri)), 'object');
  const given = { agent_id: agent };
  assert.deepEqual(await content(agentUri(agent)), await said('get_governance_metrics', { ...given, detail: 'full' }));
  assert.deepEqual(await content(historyUri(agent)), await said('get_system_history', given));
  const listed = (await content(kAgents)).agents.map((one) => one.agent_id);
  assert.ok(listed.includes(agent), `${agent} is not among ${listed}`);

  // Nothing is deployed here.
  for (const uri of templates.filter((template) => !template.includes('deployments'))) {
    const { completion } = await use.complete({
      ref: { type: 'ref/resource', uri },
      argument: { name: 'id', value: agent.slice(0, -2) },
    });
    assert.ok(completion.values.includes(agent), `${agent} is not among ${completion.values}`);
  }
}

/// What is not there is refused with the code of the revision.
export async function askForWhatIsNot(use, revision) {
  const missing = revision === kModern ? kInvalidParams : kResourceNotFound;
  for (const uri of ['governor://nothing', agentUri('nobody-made-this-one'), 'file:///etc/hostname']) {
    await assert.rejects(use.read(uri), (error) => {
      assert.equal(use.code(error), missing, error.message);
      return true;
    });
  }
  const wrong = { ref: { type: 'ref/resource', uri: kAgents }, argument: { name: 'id', value: '' } };
  await assert.rejects(use.complete(wrong), (error) => use.code(error) === kInvalidParams);
}

/// Subscribes, sees the change that another client makes, and none
/// after unsubscribing. `changed` is the list of what the client is told, each with `uri` and the time `at`;
/// `subscribe` gives what ends the subscription again.
export async function watchAnAgent(subscribe, changed, change, agent) {
  const uris = [agentUri(agent), historyUri(agent), kAgents];
  const end = await subscribe(uris);
  changed.length = 0;
  await change(agent);
  const since = performance.now();
  const told = (uri) => changed.some((one) => one.uri === uri);
  await until(kLong, 'all three resources are told of', () => uris.every(told));
  const took = Math.max(...changed.map((one) => one.at)) - since;
  console.log(`told of an update ${took.toFixed(1)} ms after its answer`);
  assert.deepEqual(
    changed.filter(({ uri }) => !uris.includes(uri)),
    [],
  );
  await end();
  changed.length = 0;
  await change(agent);
  return () => assert.deepEqual(changed, [], 'told after the end of the subscription');
}
