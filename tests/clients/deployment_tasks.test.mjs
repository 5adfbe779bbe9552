import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { closeAsLastTest } from './harness.mjs';
import { kLong, until } from './lib/deadlines.mjs';
import { committedProject, Deployer, deployingWorld } from './lib/deploying.mjs';
import { kCapabilitiesKey, kModern, modernMeta } from './lib/mcp.mjs';
import { Project } from './lib/programs.mjs';

// A deployment as a task of the extension io.modelcontextprotocol/tasks, for a client that has no other way to follow
// it: created durably, polled, asked and cancelled, also when the daemon is killed in between.

const kTasks = 'io.modelcontextprotocol/tasks';

const world = deployingWorld();
const project = new Project(world, 'project');
const boss = new Deployer(world, project);
let client;

before(async () => {
  await committedProject(project, { 'core.txt': 'one\n' });
  await boss.begin('boss');
  client = world.proxied('tasks');
});

function ask(method, params, capabilities = { extensions: { [kTasks]: {} }, elicitation: { form: {} } }) {
  return client.request(method, { ...params, _meta: modernMeta({ [kCapabilitiesKey]: capabilities }) });
}

async function deploy(prompt, capabilities) {
  const order = { agent_type: 'worker', prompt, cwd: project.path, runner: 'shell' };
  const { result, error } = await ask('tools/call', { name: 'deploy_headless_agent', arguments: order }, capabilities);
  assert.ok(result, JSON.stringify(error));
  return result;
}

async function standing(taskId) {
  const { result, error } = await ask('tasks/get', { taskId });
  assert.ok(result, JSON.stringify(error));
  assert.equal(result.resultType, 'complete');
  return result;
}

function untilStatus(taskId, ...wanted) {
  return until(kLong, `${taskId} is ${wanted.join(' or ')}`, async () => {
    const task = await standing(taskId);
    return wanted.includes(task.status) ? task : null;
  });
}

test('what a client that takes tasks deploys is a task, and others get what they always got', async () => {
  const { result } = await client.requestIn(kModern, 'server/discover');
  assert.deepEqual(result.capabilities.extensions[kTasks], {});
  const plain = await deploy('true', {});
  assert.equal(plain.resultType, 'complete');
  assert.ok(plain.structuredContent.deployment.deployment_id);
  const made = await deploy('echo well; exit 0');
  assert.equal(made.resultType, 'task');
  const over = await untilStatus(made.taskId, 'completed');
  assert.equal(over.createdAt, made.createdAt);
  assert.equal(over.result.isError, false);
  assert.equal(over.result.structuredContent.deployment.state, 'finished');
  const failing = await deploy('exit 3');
  const failed = await untilStatus(failing.taskId, 'completed');
  assert.equal(failed.result.isError, true);
  assert.equal(failed.result.structuredContent.deployment.exit_code, 3);
});

test('its question is a request to the user, and a daemon that dies in between changes nothing', async () => {
  const { taskId } = await deploy('printf "Do you want to proceed? (y/n) "; read answer; echo "got $answer"');
  const asking = await untilStatus(taskId, 'input_required');
  const [[key, request]] = Object.entries(asking.inputRequests);
  assert.equal(request.method, 'elicitation/create');
  const { pid } = await world.health();
  process.kill(pid, 'SIGKILL');
  await world.otherDaemon(pid);
  const again = await untilStatus(taskId, 'input_required');
  assert.deepEqual(Object.keys(again.inputRequests), [key]);
  const stale = { 'input_of-before': { action: 'accept', content: { text: 'n' } } };
  assert.deepEqual((await ask('tasks/update', { taskId, inputResponses: stale })).result, { resultType: 'complete' });
  assert.equal((await standing(taskId)).status, 'input_required');
  const responses = { [key]: { action: 'accept', content: { text: 'y' } } };
  assert.deepEqual((await ask('tasks/update', { taskId, inputResponses: responses })).result, { resultType: 'complete' });
  const over = await untilStatus(taskId, 'completed');
  assert.equal(over.result.isError, false);
  assert.match(await boss.output(taskId), /got y/);
});

test('a task that is cancelled ends, and one that is unknown is an error of the protocol', async () => {
  const { taskId } = await deploy('exec sleep 1000');
  assert.deepEqual((await ask('tasks/cancel', { taskId })).result, { resultType: 'complete' });
  assert.equal((await untilStatus(taskId, 'cancelled')).result, undefined);
  assert.equal((await ask('tasks/get', { taskId: 'nobody-1' })).error.code, -32602);
  assert.equal((await ask('tasks/cancel', { taskId: 'nobody-1' })).error.code, -32602);
  assert.equal((await ask('tasks/update', { taskId: 'nobody-1', inputResponses: {} })).error.code, -32602);
  await boss.assertNothingIsLeft();
});

closeAsLastTest(world);
