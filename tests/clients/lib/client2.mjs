import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { kClientInfo } from './mcp.mjs';
import { recording } from './sdk_transport.mjs';

const Transport = recording(StdioClientTransport);

/// An official 2.x client, connected through a proxy of its own. `options` are those of the client; what it
/// could not understand gathers in `problems`.
export async function connectClient2(world, name, options = {}) {
  const client = new Client(kClientInfo, options);
  const transport = new Transport(world.proxyParameters(), { name });
  const problems = [];
  client.onerror = (error) => problems.push(error);
  world.atEnd(() => client.close());
  await client.connect(transport);
  return {
    client,
    problems,
    recorder: transport.recorder,
    call: (tool, given) => client.callTool({ name: tool, arguments: given }),
  };
}
