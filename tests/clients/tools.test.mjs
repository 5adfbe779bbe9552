import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { closeAsLastTest, World } from './harness.mjs';
import { kModern, kRevisions } from './lib/mcp.mjs';
import { callEveryTool, callWronglyAndReadTheError, toolCalls } from './lib/tool_calls.mjs';

// What tools/list promises, and whether the results keep it.

// 3,200 tokens, if a token were but three bytes: those of JSON have four and more.
const kCoreProfileBytes = 10_000;
const kNameForm = /^[A-Za-z0-9_.-]{1,128}$/;

const world = new World();

async function client(name, revision, options) {
  const made = world.proxied(name, options);
  if (revision !== kModern) await made.initialize(revision);
  return made;
}

async function list(made, revision) {
  return (await made.requestIn(revision, 'tools/list')).result.tools;
}

describe('tools/list', () => {
  for (const revision of kRevisions) {
    test(`is the same each time and for each client in ${revision}`, async () => {
      const one = await client('one', revision);
      const other = await client('other', revision);
      const seen = [];
      for (const made of [one, one, other]) seen.push(JSON.stringify(await list(made, revision)));
      assert.equal(seen[1], seen[0]);
      assert.equal(seen[2], seen[0]);
    });

    test(`the profile core stays small in ${revision}`, async () => {
      const made = await client('size', revision, { args: ['--tools', 'core'] });
      await list(made, revision);
      const [{ raw }] = made.recorder.answersTo('tools/list');
      console.log(`core profile in ${revision}: ${raw.length} bytes served, limit ${kCoreProfileBytes}`);
      assert.ok(raw.length <= kCoreProfileBytes, `${raw.length} bytes as served`);
    });
  }

  test('without a choice the profile is core', async () => {
    const plain = await list(await client('plain', kModern, { args: [] }), kModern);
    const core = await list(await client('core', kModern, { args: ['--tools', 'core'] }), kModern);
    assert.deepEqual(plain, core);
  });

  test('old revisions get no field that they do not know', async () => {
    for (const revision of ['2024-11-05', '2025-03-26']) {
      for (const tool of await list(await client(`old ${revision}`, revision), revision)) {
        assert.equal(tool.outputSchema, undefined, `${tool.name} has an outputSchema in ${revision}`);
        assert.equal(tool.title, undefined, `${tool.name} has a title in ${revision}`);
      }
    }
  });
});

describe('each tool', () => {
  let made;
  let tools;
  const ajv = addFormats(
    new Ajv2020({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true }),
  );

  before(async () => {
    made = await client('tools', kModern);
    tools = await list(made, kModern);
  });

  test('has a name, a title, a description and annotations', () => {
    assert.equal(new Set(tools.map((tool) => tool.name)).size, tools.length, 'two tools of one name');
    for (const tool of tools) {
      assert.match(tool.name, kNameForm);
      assert.ok(tool.title, `${tool.name} has no title`);
      assert.ok(tool.description, `${tool.name} has no description`);
      for (const hint of ['readOnlyHint', 'openWorldHint']) {
        assert.equal(typeof tool.annotations?.[hint], 'boolean', `${tool.name} does not say ${hint}`);
      }
    }
  });

  test('says truly whether it only reads', () => {
    const writers = [
      'process_agent_update',
      'register_agent',
      'update_agent_metadata',
      'set_thresholds',
      'reset_monitor',
      'pause_agent',
      'resume_agent',
      'archive_agent',
      'archive_idle_agents',
      'delete_agent',
      'record_outcome',
      'report_evidence',
      'acknowledge_alert',
      'export_to_file',
      'cleanup_stale_locks',
      'deploy_headless_agent',
      'send_input',
      'stop_deployment',
      'update_agent_progress',
      'report_agent_finding',
      'validate_and_repair_registry',
      'define_task',
      'claim_task',
      'update_task',
      'request_write',
      'renew_write',
      'release_write',
      'commit_file',
      'restore_file',
      'request_approval',
    ];
    for (const tool of tools)
      assert.equal(tool.annotations.readOnlyHint, !writers.includes(tool.name), tool.name);
  });

  test('has schemas that are valid JSON Schema 2020-12', () => {
    for (const { name, inputSchema, outputSchema } of tools) {
      assert.equal(inputSchema.type, 'object', name);
      assert.equal(outputSchema?.type, 'object', name);
      for (const schema of [inputSchema, outputSchema]) {
        assert.ok(ajv.validateSchema(schema), `${name}: ${ajv.errorsText()}`);
        ajv.compile(schema);
      }
    }
  });

  test('accepts by its schema what the suite sends, and gives by its schema what it promises', async () => {
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    const call = async (name, given) => {
      const { inputSchema, outputSchema } = byName.get(name);
      assert.ok(ajv.validate(inputSchema, given), `${name} arguments: ${ajv.errorsText()}`);
      const { result } = await made.requestIn(kModern, 'tools/call', { name, arguments: given });
      if (!result.isError)
        assert.ok(ajv.validate(outputSchema, result.structuredContent), `${name} result: ${ajv.errorsText()}`);
      return result;
    };
    await callEveryTool(call, 'schema-agent');
  });

  test('promises the fields that callers rely on', () => {
    const promised = (name) => tools.find((tool) => tool.name === name).outputSchema;
    for (const name of ['process_agent_update', 'simulate_update']) {
      assert.ok(promised(name).properties?.decision, `${name} does not promise a decision`);
      assert.ok(promised(name).required?.includes('decision'), `${name} does not promise it always`);
    }
  });

  test('refuses by its schema what it refuses by itself', async () => {
    const { inputSchema } = tools.find((tool) => tool.name === 'process_agent_update');
    assert.ok(
      !ajv.validate(inputSchema, { agent_id: 'a', complexity: 2 }),
      'the schema accepts complexity 2',
    );
    assert.ok(!ajv.validate(inputSchema, { agent_id: 'a b' }), 'the schema accepts a blank in an id');
    await callWronglyAndReadTheError(async (name, given) => {
      return (await made.requestIn(kModern, 'tools/call', { name, arguments: given })).result;
    });
  });

  test('is one of those that the suite calls', () => {
    const called = new Set(toolCalls('any').map((call) => call.name));
    assert.deepEqual(
      tools.map((tool) => tool.name).filter((name) => !called.has(name)),
      [],
    );
  });
});

closeAsLastTest(world);
