import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kModern } from './lib/mcp.mjs';
import { McpSchemas, schemaFolder } from './lib/mcp_schemas.mjs';
import { PackageSchemas } from './lib/package_schemas.mjs';
import { Recorder } from './lib/recorder.mjs';
import { assertValid } from './lib/validate.mjs';

// The checkers themselves: what is right passes, what is wrong does not. Needs no daemon.

const kGoodTool = { name: 't', inputSchema: { type: 'object' } };

function recorded(revision, request, ...messages) {
  const recorder = new Recorder('test');
  recorder.revision = revision === kModern ? null : revision;
  if (request) {
    const meta =
      revision === kModern ? { _meta: { 'io.modelcontextprotocol/protocolVersion': kModern } } : {};
    recorder.sent({ jsonrpc: '2.0', id: 1, method: request, params: meta });
  }
  for (const message of messages) {
    recorder.received(Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message)));
  }
  return [recorder];
}

const result = (value) => ({ jsonrpc: '2.0', id: 1, result: value });
const error = (code, rest = {}) => ({ jsonrpc: '2.0', id: 1, error: { code, message: 'm', ...rest } });
const cached = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };

const kGood = [
  ['an empty result', recorded('2024-11-05', 'ping', result({}))],
  ['a list of tools', recorded('2025-06-18', 'tools/list', result({ tools: [kGoodTool] }))],
  ['a modern list of tools', recorded(kModern, 'tools/list', result({ ...cached, tools: [kGoodTool] }))],
  ['a protocol error', recorded('2025-03-26', 'tools/call', error(-32602))],
  ['an own error', recorded(kModern, 'tools/call', error(-31003))],
  ['a missing resource', recorded('2025-11-25', 'resources/read', error(-32002))],
  [
    'completed values',
    recorded('2025-03-26', 'completion/complete', result({ completion: { values: ['a'], hasMore: false } })),
  ],
  [
    'a changed resource',
    recorded('2024-11-05', null, {
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'governor://agents' },
    }),
  ],
  [
    'an unsupported version',
    recorded(kModern, 'tools/call', error(-32022, { data: { supported: [kModern], requested: 'x' } })),
  ],
  [
    'an error without id',
    recorded('2025-11-25', null, { jsonrpc: '2.0', error: { code: -32700, message: 'm' } }),
  ],
];

const kBad = [
  ['a line that is not JSON', recorded('2025-11-25', null, Buffer.from('oops'))],
  ['a batch', recorded('2025-03-26', 'ping', [result({})])],
  ['a lone null', recorded('2025-11-25', null, Buffer.from('null'))],
  ['invalid UTF-8', recorded('2025-11-25', null, Buffer.from([0x22, 0xff, 0x22]))],
  ['a result nobody asked for', recorded('2025-11-25', null, result({}))],
  ['a second answer', recorded('2025-11-25', 'ping', result({}), result({}))],
  ['a tool without inputSchema', recorded('2024-11-05', 'tools/list', result({ tools: [{ name: 't' }] }))],
  ['a call without content', recorded('2025-11-25', 'tools/call', result({ content: 'text' }))],
  ['a modern result without resultType', recorded(kModern, 'tools/call', result({ content: [] }))],
  [
    'a modern list without ttlMs',
    recorded(kModern, 'tools/list', result({ resultType: 'complete', cacheScope: 'public', tools: [] })),
  ],
  ['an error whose code is a text', recorded('2025-06-18', 'ping', error('-32602'))],
  ['an error with a reserved code', recorded(kModern, 'ping', error(-32099))],
  ['a code of the newest revision in an older one', recorded('2025-11-25', 'tools/call', error(-32022))],
  [
    'a changed resource without its URI',
    recorded('2025-11-25', null, { jsonrpc: '2.0', method: 'notifications/resources/updated', params: {} }),
  ],
  ['a read without contents', recorded('2025-11-25', 'resources/read', result({}))],
  [
    'a modern read that may be kept for ever',
    recorded(kModern, 'resources/read', result({ resultType: 'complete', contents: [] })),
  ],
  ['the legacy code of a missing resource', recorded(kModern, 'ping', error(-32002))],
  [
    'a null id',
    recorded('2025-11-25', null, { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'm' } }),
  ],
  [
    'an unknown notification',
    recorded('2025-11-25', null, { jsonrpc: '2.0', method: 'notifications/unknown' }),
  ],
  ['no jsonrpc', recorded('2025-11-25', 'ping', { id: 1, result: {} })],
  ['no message at all', recorded('2025-11-25', null)],
];

const kCheckers = [['the schemas of the packages', () => new PackageSchemas()]];
if (schemaFolder()) kCheckers.push(['the published schemas', () => new McpSchemas(schemaFolder())]);

for (const [name, make] of kCheckers) {
  describe(name, () => {
    for (const [what, recorders] of kGood) {
      test(`${what} passes`, () => assertValid(recorders, [make()]));
    }
    for (const [what, recorders] of kBad) {
      test(`${what} is refused`, () => assert.throws(() => assertValid(recorders, [make()])));
    }
  });
}

if (schemaFolder()) {
  test('the published schema wants data of an unsupported version', () => {
    assert.throws(() =>
      assertValid(recorded(kModern, 'tools/call', error(-32022)), [new McpSchemas(schemaFolder())]),
    );
  });
}
