import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

// Calls of the tools of the group `tasks`, with the session of `agent`. Others may use the same daemon.

export function taskCalls(agent) {
  const walls = `${agent}/walls`;
  const roof = `${agent}/roof`;
  const definition = { task_id: walls, title: 'Build the walls', agent, priority: 'CRITICAL' };
  let directory;
  return [
    {
      name: 'define_task',
      arguments: () => {
        directory = mkdtempSync(path.join(tmpdir(), 'governor-task-'));
        writeFileSync(path.join(directory, 'walls.md'), 'Four of them.\n');
        return { ...definition, task_file: path.join(directory, 'walls.md') };
      },
      check: (got) => {
        assert.equal(got.created, true);
        assert.equal(got.ready, true);
        assert.deepEqual(got.not_defined, []);
        rmSync(directory, { recursive: true });
      },
    },
    {
      name: 'define_task',
      arguments: { ...definition, description: 'Four of them.\n' },
      check: (got) => assert.equal(got.created, false),
    },
    {
      name: 'define_task',
      arguments: { task_id: roof, title: 'Put the roof on', depends_on: [walls, `${agent}/permit`] },
      check: (got) => {
        assert.equal(got.ready, false);
        assert.deepEqual(got.not_defined, [`${agent}/permit`]);
      },
    },
    {
      name: 'claim_task',
      arguments: { ttl_seconds: 60 },
      check: (got) => {
        assert.equal(got.claimed, true);
        assert.equal(got.task.task_id, walls);
        assert.equal(got.task.description, 'Four of them.\n');
        assert.equal(got.task.claim.agent_id, agent);
        assert.equal(got.task.claim.yours, true);
      },
    },
    {
      name: 'update_task',
      arguments: { task_id: walls, progress: 50, note: 'two of four' },
      check: (got) => {
        assert.equal(got.task.progress, 50);
        assert.equal(got.task.status, 'in_progress');
      },
    },
    {
      name: 'update_task',
      arguments: { task_id: walls, status: 'done' },
      check: (got) => assert.equal(got.task.progress, 100),
    },
    {
      name: 'get_task',
      arguments: { task_id: walls },
      check: (got) => {
        assert.deepEqual(
          got.history.map((event) => event.event),
          ['claimed', 'updated', 'updated'],
        );
        assert.equal(got.task.claim, undefined);
        assert.equal(got.older_history, false);
      },
    },
    {
      name: 'list_tasks',
      arguments: { text: `${agent}/`, limit: 10 },
      check: (got) => {
        assert.deepEqual(
          got.tasks.map((task) => [task.task_id, task.status]),
          [
            [walls, 'done'],
            [roof, 'pending'],
          ],
        );
        assert.deepEqual(got.tasks[1].waiting_for, [
          { task_id: `${agent}/permit`, status: 'not_defined' },
        ]);
        assert.ok(got.counts.total >= 2);
      },
    },
    {
      name: 'claim_task',
      arguments: {},
      check: (got) => {
        assert.equal(got.claimed, false);
        assert.ok(got.reason.length > 0);
      },
    },
  ];
}
