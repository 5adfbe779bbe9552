import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { closeAsLastTest, World } from './harness.mjs';
import { BearerProxy } from './lib/bearer_proxy.mjs';
import { ConformanceSuite, differences } from './lib/conformance_suite.mjs';
import { Gateway } from './lib/gateway.mjs';
import { kModern } from './lib/mcp.mjs';

// The official conformance suite against governor-gateway, with a daemon that has the tools, prompts and resources that the
// suite looks for (tests/conformance). The baseline has each scenario, how many checks pass, and why the others do not.

const kBaseline = JSON.parse(readFileSync(path.join(import.meta.dirname, 'conformance/baseline.json'), 'utf8'));
/// The suite has waits of its own, half a second some of them, which a busy machine may exceed: what differs is tried
/// again.
const kTries = 3;
const kShell = { command: ['/bin/sh', '-c', 'exec /bin/sh "$0"', '{prompt_file}'], input: 'terminal' };
const world = new World({
  daemon: 'governord_conformance',
  config: { deployments: { runners: { shell: kShell } } },
});
let suite;

before(async () => {
  const gateway = await Gateway.start(world);
  const proxy = await BearerProxy.start(gateway);
  world.atEnd(() => proxy.close());
  suite = new ConformanceSuite(proxy.url('?tools=full'), world.home);
  world.atEnd(stopDeployments);
});

/// What the suite has deployed and left would outlive the daemon.
async function stopDeployments() {
  const person = await world.direct('conformance');
  await person.request('governor/hello', { protocol: 1, role: 'person' });
  const call = async (name, given) =>
    (await person.requestIn(kModern, 'tools/call', { name, arguments: given })).result.structuredContent;
  const { deployments } = await call('list_deployments', { live: true });
  for (const { deployment_id } of deployments) await call('stop_deployment', { deployment_id });
  await person.channel.close();
}

for (const [revision, scenarios] of Object.entries(kBaseline)) {
  describe(`revision ${revision}`, () => {
    let found;
    before(async () => {
      found = await suite.required(revision);
    });

    test('the baseline has the scenarios of the suite', () => {
      assert.deepEqual([...found.keys()].sort(), Object.keys(scenarios).sort());
    });

    for (const [name, known] of Object.entries(scenarios)) {
      test(name, async (context) => {
        let lines = differences(found.get(name) ?? [], known);
        for (let tried = 1; lines.length > 0 && tried < kTries; ++tried) {
          context.diagnostic(`tried again: ${lines.join('; ')}`);
          lines = differences(await suite.scenario(revision, name), known);
        }
        assert.deepEqual(lines, []);
      });
    }
  });
}

closeAsLastTest(world);
