import { kInvalidParams, kInvalidRequest, kMethodNotFound, kParseError } from '../lib/mcp.mjs';

// Lines of the wire protocol itself, on the socket. Each row: what is wrong, the lines before it, the line, the
// answer. An answer is {number, codes} for a numbered error and {codes} for a plain one, both with {data} where it
// matters, {number, result} for a result with at least these members, {text} for exactly that line, or null for none;
// {orPlain} lets a numbered error come without its number.

const kTwoTo63 = '9223372036854775808';
const ping = '{"jsonrpc":"2.0","id":"p","method":"ping"}';
const note = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
const discover = JSON.stringify({
  jsonrpc: '2.0',
  id: 'p',
  method: 'server/discover',
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});
const hello = (changes) => {
  const params = {
    protocol: 1,
    build: '0.1.0+1.a',
    session: 'ab'.repeat(16),
    pid: 1,
    cwd: '/',
    client: 'x',
    ...changes,
  };
  return JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'governor/hello', params });
};
const drain = (params) =>
  `{"jsonrpc":"2.0","id":"g","method":"governor/drain"${params && `,"params":${params}`}}`;
/// A build that cannot be read is never newer, so the daemon stays.
const notNewer = { result: { draining: false } };
const notRequest = { codes: [kInvalidRequest] };
const refusedLine = { codes: [kInvalidRequest, kParseError] };

/// After a proper hello.
export const numbered = [
  ['a number used before', [`5 ${discover}`], `5 ${discover}`, notRequest],
  ['a number below the last', [`5 ${discover}`], `4 ${discover}`, notRequest],
  ['a leading zero', [], `05 ${discover}`, refusedLine],
  ['a plus sign', [], `+5 ${discover}`, refusedLine],
  ['a negative number', [], `-5 ${discover}`, refusedLine],
  ['a number of 2^63', [], `${kTwoTo63} ${discover}`, refusedLine],
  ['a number of 100 digits', [], `${'9'.repeat(100)} ${discover}`, refusedLine],
  ['a hexadecimal number', [], `0x5 ${discover}`, refusedLine],
  ['a number with a fraction', [], `5.0 ${discover}`, refusedLine],
  ['no blank after the number', [], `5${discover}`, refusedLine],
  ['a tab after the number', [], `5\t${discover}`, refusedLine],
  ['a message with the number 0', [], `0 ${discover}`, refusedLine],
  ['two zeros', [], '00', refusedLine],
  ['a word before the object', [], `x ${discover}`, refusedLine],
  ['a keepalive', [], '0', { text: '0' }],
  ['a number and no message', [], '5', { number: '5', codes: [kInvalidRequest, kParseError], orPlain: true }],
  [
    'a number, a blank and no message',
    [],
    '5 ',
    { number: '5', codes: [kInvalidRequest, kParseError], orPlain: true },
  ],
  ['a number and words', [], '5 hello', { number: '5', codes: [kParseError] }],
  ['a number and two messages', [], `5 ${ping}${ping}`, { number: '5', codes: [kParseError] }],
  ['a number and a number', [], `5 6 ${ping}`, { number: '5', codes: [kParseError] }],
  ['a number and a batch', [], `5 [${ping}]`, { number: '5', codes: [kInvalidRequest] }],
  [
    'a number and an unknown method',
    [],
    '5 {"jsonrpc":"2.0","id":"p","method":"no/such"}',
    { number: '5', codes: [kMethodNotFound, kInvalidParams] },
  ],
  ['a number and a notification', [], `5 ${note}`, { text: '5' }],
  ['a number and a response', [], '5 {"jsonrpc":"2.0","id":9,"result":{}}', { text: '5' }],
  [
    'a number and invalid UTF-8',
    [],
    Buffer.concat([Buffer.from('5 {"jsonrpc":"2.0","id":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    { number: '5', codes: [kParseError] },
  ],
  [
    'a number and 8 MiB and one byte',
    [],
    `5 ${'x'.repeat(8 * 1024 * 1024 + 1)}`,
    { number: '5', codes: [kInvalidRequest], orPlain: true, data: { code: 'limit_exceeded' } },
  ],
  ['a jump in the numbers', [`5 ${discover}`], `500000 ${discover}`, { number: '500000', result: {} }],
  [
    'the largest number but those of the probe',
    [],
    `9223372036854775000 ${discover}`,
    { number: '9223372036854775000', result: {} },
  ],
  ['hello again', [], hello({}), { codes: [kInvalidRequest] }],
  ['hello through a numbered line', [], `5 ${hello({})}`, { number: '5', codes: [kMethodNotFound] }],
  ['answered without parameters', [], '{"jsonrpc":"2.0","method":"governor/answered"}', null],
  [
    'answered below a text',
    [],
    '{"jsonrpc":"2.0","method":"governor/answered","params":{"below":"5"}}',
    null,
  ],
  [
    'answered below -1',
    [],
    '{"jsonrpc":"2.0","method":"governor/answered","params":{"below":-1,"also":[]}}',
    null,
  ],
  [
    'answered what was never asked',
    [],
    '{"jsonrpc":"2.0","method":"governor/answered","params":{"below":900,"also":[7777]}}',
    null,
  ],
  [
    'answered also an object',
    [],
    '{"jsonrpc":"2.0","method":"governor/answered","params":{"below":1,"also":{"a":1}}}',
    null,
  ],
  [
    'an unknown method of ours',
    [],
    '{"jsonrpc":"2.0","id":"g","method":"governor/no_such"}',
    { codes: [kMethodNotFound] },
  ],
  ['drain for no build', [], drain(''), notNewer],
  ['drain for a build that is a number', [], drain('{"build":5}'), notNewer],
  ['drain for a build that is words', [], drain('{"build":"the next one"}'), notNewer],
];

const badHello = { codes: [kInvalidParams] };

/// As the first line of a connection: row as above, without lines before.
export const hellos = [
  ['a numbered line before hello', `1 ${discover}`, notRequest],
  [
    'another protocol',
    hello({ protocol: 99 }),
    { codes: [-31002], data: { code: 'protocol_version_mismatch', supported: [1] } },
  ],
  ['protocol 0', hello({ protocol: 0 }), { codes: [-31002] }],
  ['protocol as a text', hello({ protocol: '1' }), { codes: [kInvalidParams, -31002] }],
  ['no protocol', hello({ protocol: undefined }), { codes: [kInvalidParams, -31002] }],
  ['no session', hello({ session: undefined }), badHello],
  ['a short session', hello({ session: 'ab' }), badHello],
  ['a session in capitals', hello({ session: 'AB'.repeat(16) }), badHello],
  ['a session that is no hex', hello({ session: 'zz'.repeat(16) }), badHello],
  ['a session that is a number', hello({ session: 5 }), badHello],
  [
    'hello without parameters',
    '{"jsonrpc":"2.0","id":0,"method":"governor/hello"}',
    { codes: [kInvalidParams, -31002] },
  ],
  [
    'hello with an array',
    '{"jsonrpc":"2.0","id":0,"method":"governor/hello","params":[1]}',
    { codes: [kInvalidParams, kInvalidRequest, -31002] },
  ],
  ['an unknown profile of tools', hello({ tools: 'no_such_profile' }), badHello],
  ['hello as a notification', '{"jsonrpc":"2.0","method":"governor/hello","params":{}}', null],
];
