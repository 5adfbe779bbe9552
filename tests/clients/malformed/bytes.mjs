import { accepted, call, error, refused, toolError } from './expect.mjs';
import { kInvalidRequest, kParseError } from '../lib/mcp.mjs';

// Bytes that no text should have, and lines at and above the limit of 8 MiB.

const kLimit = 8 * 1024 * 1024;
const ping = '{"jsonrpc":"2.0","id":"bad","method":"ping"}';
const tooLong = error(kInvalidRequest, { data: { code: 'limit_exceeded' } });
const tooLongOf = (id) => error(kInvalidRequest, { id, data: { code: 'limit_exceeded' } });
const notJson = error(kParseError);
const notFramed = error([kParseError, kInvalidRequest]);

const withBytes = (...bytes) =>
  Buffer.concat([
    Buffer.from('{"jsonrpc":"2.0","id":"'),
    Buffer.from(bytes),
    Buffer.from('","method":"ping"}'),
  ]);
const updateWith = (given) => call('simulate_update', given);

export const bytes = [
  ['a byte that is never UTF-8', withBytes(0xff), notJson],
  ['a lone continuation byte', withBytes(0x80), notJson],
  ['a sequence cut short', withBytes(0xe2, 0x82), notJson],
  ['an overlong slash', withBytes(0xc0, 0xaf), notJson],
  ['a surrogate in UTF-8', withBytes(0xed, 0xa0, 0x80), notJson],
  ['a code point beyond Unicode', withBytes(0xf5, 0x80, 0x80, 0x80), notJson],
  ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(ping)]), accepted],
  [
    'a byte that is never UTF-8 in a text of a request',
    Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","method":"tools/call","params":{"name":"'),
      Buffer.from([0xff]),
      Buffer.from('"},"id":"bad"}'),
    ]),
    refused(kParseError),
  ],
  ['UTF-16', Buffer.from(ping, 'utf16le').subarray(0, -1), notJson],
  ['a NUL within a text', withBytes(0x00), notJson],
  ['a NUL and nothing else', Buffer.from([0x00]), notFramed],
  ['a NUL after the object', Buffer.concat([Buffer.from(ping), Buffer.from([0x00])]), refused(kParseError)],
  ['a tab within a text', withBytes(0x09), notJson],
  ['random bytes', Buffer.from('c3289a1f00fe42107fd8c1e2', 'hex'), notFramed],
  [
    'an escaped NUL in an agent id',
    updateWith('{"agent_id":"a\\u0000b"}'),
    toolError('invalid_argument', 'agent_id'),
  ],
  ['an escaped NUL in a text', updateWith('{"agent_id":"nul-text","response_text":"a\\u0000b"}'), accepted],
  ['8 MiB and one byte of brackets', Buffer.alloc(kLimit + 1, 0x5b), tooLong],
  ['8 MiB and one byte of JSON', `${ping}${' '.repeat(kLimit + 1 - ping.length)}`, tooLongOf('bad')],
  [
    '9 MiB with the id at the end',
    `{"method":"tools/call","params":{"text":"${'x'.repeat(9 * 1024 * 1024)}"},"jsonrpc":"2.0","id":"bad"}`,
    tooLongOf('bad'),
  ],
  ['20 MiB', Buffer.alloc(20 * 1024 * 1024, 0x7b), tooLong],
  ['8 MiB exactly', `${ping}${' '.repeat(kLimit - ping.length)}`, accepted],
];
