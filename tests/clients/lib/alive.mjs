import { readFileSync } from 'node:fs';

/// Whether a process runs; one that has ended but was not yet waited for by its parent does not.
export function alive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !'ZX'.includes(stat.slice(stat.lastIndexOf(')') + 2)[0]);
  } catch (error) {
    return error.code !== 'ENOENT' || process.platform !== 'linux';
  }
}
