import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

// Calls of the tools that write files under leases, with the session of `agent`.

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

export function fileCalls(agent) {
  const before = 'one\ntwo\nthree\n';
  const after = 'one\n2\nthree\n';
  let directory;
  let file;
  let lease;
  return [
    {
      name: 'request_write',
      arguments: () => {
        directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'governor-files-')));
        file = path.join(directory, 'walls.txt');
        writeFileSync(file, before);
        return { paths: [file], ttl_seconds: 60, reason: 'to paint them' };
      },
      check: (got) => {
        assert.equal(got.status, 'granted');
        assert.equal(got.mode, 'exclusive');
        assert.deepEqual(got.paths, [file]);
        lease = got.lease;
      },
    },
    {
      name: 'check_write',
      arguments: () => ({ path: file }),
      check: (got) => {
        assert.equal(got.may_write, true);
        assert.equal(got.lease, lease);
      },
    },
    {
      name: 'renew_write',
      arguments: () => ({ lease, ttl_seconds: 120 }),
      check: (got) => assert.equal(got.agent_id, agent),
    },
    {
      name: 'list_leases',
      arguments: () => ({ path: file }),
      check: (got) => {
        assert.equal(got.count, 1);
        assert.equal(got.leases[0].reason, 'to paint them');
      },
    },
    {
      name: 'commit_file',
      arguments: () => ({
        path: file,
        unified_diff: '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n',
        expected_sha256: sha256(before),
        lease,
        note: 'in figures',
      }),
      check: (got) => {
        assert.equal(got.path, file);
        assert.equal(got.sha256, sha256(after));
        assert.equal(got.previous_sha256, sha256(before));
        assert.equal(readFileSync(file, 'utf8'), after);
      },
    },
    {
      name: 'list_backups',
      arguments: () => ({ path: file }),
      check: (got) => {
        assert.equal(got.current.sha256, sha256(after));
        assert.deepEqual(
          got.backups.map((version) => [version.kind, version.sha256, version.restorable]),
          [
            ['committed', sha256(after), true],
            ['seen', sha256(before), true],
          ],
        );
        assert.equal(got.backups[0].agent_id, agent);
        assert.equal(got.backups[0].note, 'in figures');
      },
    },
    {
      name: 'restore_file',
      arguments: () => ({ path: file, lease }),
      check: (got) => {
        assert.equal(got.sha256, sha256(before));
        assert.equal(readFileSync(file, 'utf8'), before);
      },
    },
    {
      name: 'predict_conflicts',
      arguments: () => {
        execFileSync('git', ['init', '-q', '-b', 'main', directory]);
        return { repository: directory };
      },
      check: (got) => {
        assert.equal(got.repository, path.join(directory, '.git'));
        assert.deepEqual(got.conflicts, []);
        assert.equal(got.complete, true);
      },
    },
    {
      name: 'release_write',
      arguments: () => ({ lease }),
      check: (got) => {
        assert.equal(got.ending, 'released');
        rmSync(directory, { recursive: true });
      },
    },
  ];
}
