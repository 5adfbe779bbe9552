import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { kLong, stretched } from './deadlines.mjs';

/// The official conformance suite, installed in tests/clients/conformance.

const kPackages = path.join(import.meta.dirname, '../conformance/node_modules');
const kProgram = path.join(kPackages, '@modelcontextprotocol/conformance/dist/index.js');
/// The suite needs functions that came with it.
const kNodeWanted = 22;

function suitableNode() {
  if (Number(process.versions.node.split('.')[0]) >= kNodeWanted) return process.execPath;
  return path.join(kPackages, `node-${process.platform}-${process.arch}/bin/node`);
}

export class ConformanceSuite {
  #url;
  #folder;

  /// `url` is what it tries; it leaves its results below `folder`.
  constructor(url, folder) {
    this.#url = url;
    this.#folder = folder;
  }

  /// All scenarios that the suite has frozen for a revision: their checks by name.
  required(revision) {
    return this.#run(['--requirements', revision]);
  }

  /// One scenario by itself.
  async scenario(revision, name) {
    const found = await this.#run(['--scenario', name, '--spec-version', revision, '--force']);
    return found.get(name) ?? [];
  }

  async #run(args) {
    const output = mkdtempSync(path.join(this.#folder, 'conformance-'));
    const timeout = ['--timeout', String(stretched(kLong))];
    const child = spawn(
      suitableNode(),
      [kProgram, 'server', '--url', this.#url, '--output-dir', output, ...timeout, ...args],
      {
        env: { PATH: process.env.PATH, HOME: this.#folder },
        cwd: output,
        stdio: ['ignore', 'pipe', 'pipe'],
        signal: AbortSignal.timeout(stretched(kLong * 4)),
        killSignal: 'SIGKILL',
      },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
    // 1 says that checks failed, which is what the caller compares.
    const [code] = await once(child, 'close');
    const scenarios = readResults(output);
    if ((code !== 0 && code !== 1) || scenarios.size === 0)
      throw new Error(`the conformance suite ended with ${code}:\n${said.slice(-4000)}`);
    return scenarios;
  }
}

/// Its folders are named server-SCENARIO-TIME.
function readResults(output) {
  const scenarios = new Map();
  for (const folder of readdirSync(output)) {
    const name = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder)?.[1];
    const file = path.join(output, folder, 'checks.json');
    if (name && existsSync(file)) scenarios.set(name, numbered(JSON.parse(readFileSync(file, 'utf8'))));
  }
  return scenarios;
}

/// Some ids come more than once in a scenario: the second is id#2.
function numbered(checks) {
  const seen = new Map();
  return checks.map((check) => {
    const count = (seen.get(check.id) ?? 0) + 1;
    seen.set(check.id, count);
    return { key: count === 1 ? check.id : `${check.id}#${count}`, ...check };
  });
}

/// How the checks of a scenario differ from what is known of them: lines to read, none if they do not.
export function differences(checks, { passed, failed = {} }) {
  const lines = [];
  const fails = new Set();
  for (const check of checks.filter(({ status }) => status === 'FAILURE')) {
    fails.add(check.key);
    if (!(check.key in failed)) lines.push(`${check.key} fails: ${check.errorMessage}`);
  }
  for (const key of Object.keys(failed).filter((key) => !fails.has(key)))
    lines.push(`${key} does not fail any more: take it out of the baseline`);
  const successes = checks.filter(({ status }) => status === 'SUCCESS').length;
  if (successes !== passed) lines.push(`${successes} checks pass, the baseline has ${passed}`);
  return lines;
}
