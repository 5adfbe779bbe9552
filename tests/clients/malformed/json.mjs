import { accepted, call, either, error, ignored, refused, request } from './expect.mjs';
import { kInvalidRequest, kParseError } from '../lib/mcp.mjs';

// Texts that are no JSON, or JSON that is no JSON-RPC. On the socket a line that begins with neither { nor [
// is no message by its framing already; through the proxy it is a message whose content is wrong. Hence two
// codes for some.

const notJson = error(kParseError);
/// The same for a request whose id can be read in spite of it.
const notJsonOf = (id) => error(kParseError, { id });
const notFramed = error([kParseError, kInvalidRequest]);
const notRequest = error(kInvalidRequest);
const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
const ping = (rest) => `{"jsonrpc":"2.0",${rest}"method":"ping"}`;

export const json = [
  ['words', 'hello, is anybody there', notFramed],
  ['an HTTP request', 'GET / HTTP/1.1', notFramed],
  ['an LSP header', 'Content-Length: 42', notFramed],
  ['an object cut short', '{"jsonrpc":"2.0","id":1,"method":', notJsonOf(1)],
  ['a trailing comma', '{"jsonrpc":"2.0","id":1,"method":"ping",}', notJsonOf(1)],
  ['single quotes', "{'jsonrpc':'2.0','id':1,'method':'ping'}", notJson],
  ['a comment', '{"jsonrpc":"2.0","id":1,"method":"ping"/* please */}', notJsonOf(1)],
  ['an unquoted key', '{jsonrpc:"2.0","id":1,"method":"ping"}', notJson],
  ['two objects on a line', `${ping('"id":1,')}${ping('"id":2,')}`, notJsonOf(1)],
  ['text after the object', `${ping('"id":1,')} and more`, notJsonOf(1)],
  ['NaN as a word', ping('"id":NaN,'), notJson],
  ['a number with a leading zero', ping('"id":007,'), notJson],
  ['an unknown escape', ping('"id":"\\q",'), notJson],
  ['NaN as an argument', call('simulate_update', '{"confidence":NaN}'), refused(kParseError)],
  ['an infinity after the id', call('simulate_update', '{"complexity":-Infinity}'), refused(kParseError)],
  [
    'half a surrogate pair in a text',
    call('simulate_update', '{"agent_id":"half","response_text":"cut \\ud83d"}'),
    accepted,
  ],
  ['nesting 100,000 deep', nested(100_000), notJson],
  ['parameters nested 5,000 deep', request('tools/list', `{"x":${nested(5_000)}}`), refused(kParseError)],
  ['a lone string', '"ping"', notFramed],
  ['null', 'null', notFramed],
  ['true', 'true', notFramed],
  ['a lone number', '42', notFramed],
  ['a negative number', '-1', notFramed],
  ['an empty object', '{}', notRequest],
  ['an empty batch', '[]', notRequest],
  ['a batch', `[${ping('"id":"b1",')},${ping('"id":"b2",')}]`, notRequest],
  ['a batch of nonsense', '[1,2,3]', notRequest],
  ['no jsonrpc', '{"id":"bad","method":"ping"}', refused(kInvalidRequest)],
  ['jsonrpc 1.0', '{"jsonrpc":"1.0","id":"bad","method":"ping"}', refused(kInvalidRequest)],
  ['jsonrpc as a number', '{"jsonrpc":2.0,"id":"bad","method":"ping"}', refused(kInvalidRequest)],
  ['no method', '{"jsonrpc":"2.0","id":"bad"}', refused(kInvalidRequest)],
  ['a method that is a number', '{"jsonrpc":"2.0","id":"bad","method":7}', refused(kInvalidRequest)],
  ['a method that is null', '{"jsonrpc":"2.0","id":"bad","method":null}', refused(kInvalidRequest)],
  ['the id null', ping('"id":null,'), notRequest],
  ['the id true', ping('"id":true,'), notRequest],
  ['the id 1.5', ping('"id":1.5,'), notRequest],
  ['the id 1e999', ping('"id":1e999,'), error([kParseError, kInvalidRequest])],
  [
    'the id beyond 64 bits',
    ping('"id":123456789012345678901234567890,'),
    error([kParseError, kInvalidRequest]),
  ],
  ['an id that is an object', ping('"id":{"a":1},'), notRequest],
  ['an id that is an array', ping('"id":[1],'), notRequest],
  ['parameters that are a string', request('ping', '"x"'), refused([kInvalidRequest, -32602])],
  ['parameters that are a number', request('tools/list', '5'), refused([kInvalidRequest, -32602])],
  ['parameters that are null', request('tools/list', 'null'), refused([kInvalidRequest, -32602])],
  ['parameters that are an array', request('tools/list', '[1]'), refused([kInvalidRequest, -32602])],
  [
    'the id twice',
    '{"jsonrpc":"2.0","id":"first","id":"bad","method":"ping"}',
    either(accepted, notRequest, notJson),
  ],
  [
    'the method twice',
    '{"jsonrpc":"2.0","id":"bad","method":"no/such","method":"ping"}',
    either(accepted, refused(kInvalidRequest), notJson),
  ],
  ['an unknown member', '{"jsonrpc":"2.0","id":"bad","method":"ping","extra":{"a":[1]}}', accepted],
  ['blanks around', ` \t {"jsonrpc":"2.0","id":"bad","method":"ping"} \t `, accepted],
  ['a carriage return at the end', '{"jsonrpc":"2.0","id":"bad","method":"ping"}\r', accepted],
  ['an empty line', '', ignored],
  ['a line of blanks', ' \t ', ignored],
  ['a response to nothing', '{"jsonrpc":"2.0","id":99,"result":{}}', ignored],
  ['an error to nothing', '{"jsonrpc":"2.0","id":99,"error":{"code":1,"message":"x"}}', ignored],
];
