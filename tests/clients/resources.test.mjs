import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { closeAsLastTest, World } from './harness.mjs';
import { connectClient2 } from './lib/client2.mjs';
import { kClientInfo, kLegacy, kModern } from './lib/mcp.mjs';
import { usePrompts } from './lib/prompt_use.mjs';
import { askForWhatIsNot, kAgents, readEveryResource, watchAnAgent } from './lib/resource_use.mjs';
import { recording } from './lib/sdk_transport.mjs';
import { assertValid } from './lib/validate.mjs';

// Resources and prompts through both official clients, in every revision that each of them speaks.

const Transport = recording(StdioClientTransport);
const world = new World();
const recorders = [];

async function sdk1(revision) {
  const transport = new Transport(world.proxyParameters(), { name: `sdk1 ${revision}`, revision });
  const client = new Client(kClientInfo);
  const problems = [];
  const changed = [];
  client.onerror = (error) => problems.push(error);
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    changed.push({ uri: params.uri, at: performance.now() });
  });
  world.atEnd(() => client.close());
  await client.connect(transport);
  const call = (name, given) => client.callTool({ name, arguments: given });
  return { client, problems, changed, recorder: transport.recorder, call };
}

async function client2(revision) {
  const modern = { versionNegotiation: { mode: { pin: kModern } } };
  const legacy = { versionNegotiation: { mode: 'legacy' }, supportedProtocolVersions: [revision] };
  const one = await connectClient2(world, `client2 ${revision}`, revision === kModern ? modern : legacy);
  const changed = [];
  one.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    changed.push({ uri: params.uri, at: performance.now() });
  });
  return { ...one, changed };
}

const kKinds = [
  ...kLegacy.map((revision) => ['@modelcontextprotocol/sdk', revision, sdk1]),
  ...[...kLegacy, kModern].map((revision) => ['@modelcontextprotocol/client', revision, client2]),
];

let other;
const change = async (agent) => {
  const result = await other.call('process_agent_update', { agent_id: agent, complexity: 0.3 });
  assert.ok(!result.isError, result.content[0].text);
};

before(async () => {
  other = await client2(kModern);
  recorders.push(other.recorder);
});

for (const [index, [name, revision, connect]] of kKinds.entries()) {
  describe(`${name} in ${revision}`, () => {
    const agent = `watched-${index}-${revision}`;
    let one;
    let use;

    before(async () => {
      one = await connect(revision);
      recorders.push(one.recorder);
      const { client } = one;
      use = {
        list: () => client.listResources(),
        templates: () => client.listResourceTemplates(),
        read: (uri) => client.readResource({ uri }, { cacheMode: 'bypass' }),
        complete: (params) => client.complete(params),
        prompts: () => client.listPrompts(),
        prompt: (name, given) => client.getPrompt({ name, ...(given && { arguments: given }) }),
        // As it came: the 2.x client translates the older code into the newer.
        code: () => one.recorder.records.findLast(({ message }) => message?.error).message.error.code,
      };
    });

    test('announces resources, and completions where there is a word for them', () => {
      const capabilities = one.client.getServerCapabilities();
      assert.equal(capabilities.resources.subscribe, true);
      assert.equal(capabilities.completions !== undefined, revision > '2024-11-05');
    });

    test('lists, reads and completes', async () => {
      await change(agent);
      await change(agent);
      await readEveryResource(use, one.call, agent);
    });

    test('offers prompts made of what is known', () => usePrompts(use, agent));

    test('what is not there is refused', () => askForWhatIsNot(use, revision));

    test('is told of changes by another client, and no more after unsubscribing', async () => {
      const subscribe = revision === kModern ? listenTo : subscribeTo;
      const check = await watchAnAgent(subscribe, one.changed, change, agent);
      await use.read(kAgents); // whatever had been sent is here by now
      check();
    });

    test('the client saw nothing that it could not understand', () => assert.deepEqual(one.problems, []));

    async function subscribeTo(uris) {
      for (const uri of uris) await one.client.subscribeResource({ uri });
      return async () => {
        for (const uri of uris) await one.client.unsubscribeResource({ uri });
      };
    }

    async function listenTo(uris) {
      const wanted = [...uris, 'file:///not-one-of-ours'];
      const subscription = await one.client.listen({ resourceSubscriptions: wanted, toolsListChanged: true });
      assert.deepEqual([...subscription.honoredFilter.resourceSubscriptions].sort(), [...uris].sort());
      assert.equal(subscription.honoredFilter.toolsListChanged, undefined);
      return () => subscription.close();
    }
  });
}

test('every message was valid', () => assertValid(recorders));

closeAsLastTest(world);
