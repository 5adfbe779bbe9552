// What a user would run instead: one Node process per client, MCP-like over stdio, state in one JSON file.
// Only Node's own modules, no SDK: real servers are larger, so the memory comparison favours this peer.
// usage: node node_server.mjs STATE_FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const stateFile = process.argv[2];

function load() {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8'));
  } catch {
    return { agents: {} };
  }
}

function update({ agent_id, response_text = '' }) {
  const state = load();
  const agent = (state.agents[agent_id] ??= { updates: 0, history: [] });
  agent.updates += 1;
  agent.history.push({ update: agent.updates, length: response_text.length });
  writeFileSync(stateFile, JSON.stringify(state));
  return { agent_id, update: agent.updates };
}

function answer({ method, params }) {
  if (method === 'server/discover') return {};
  if (method === 'tools/call') return { structuredContent: update(params.arguments) };
  return undefined;
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  const result = answer(request);
  const outcome = result === undefined ? { error: { code: -32601, message: 'unknown method' } } : { result };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, ...outcome })}\n`);
});
