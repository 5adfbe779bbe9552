import { accepted, call, either, ignored, refused, request } from './expect.mjs';
import {
  kInvalidParams,
  kInvalidRequest,
  kMethodNotFound,
  kModern,
  kUnsupportedVersion,
  modernMeta,
} from '../lib/mcp.mjs';

// JSON-RPC that is no MCP: unknown methods and versions, missing and wrong fields of both eras.

const meta = (changes, rest = '') => `{"_meta":${JSON.stringify(modernMeta(changes))}${rest}}`;
const version = 'io.modelcontextprotocol/protocolVersion';
const capabilities = 'io.modelcontextprotocol/clientCapabilities';
const info = 'io.modelcontextprotocol/clientInfo';
const badParams = refused(kInvalidParams);
const unknown = refused(kMethodNotFound);
const unsupported = (requested) => refused(kUnsupportedVersion, { requested });
const initialize = (params) => request('initialize', params);

/// On a connection that has initialized 2025-11-25; those with modern `_meta` are of the modern era all the
/// same.
export const protocol = [
  ['an unknown method', request('no/such/method', '{}'), unknown],
  ['an empty method', request('', '{}'), refused([kMethodNotFound, kInvalidRequest])],
  ['a method in the wrong case', request('Tools/List', '{}'), unknown],
  ['a method of JSON-RPC itself', request('rpc.discover', '{}'), unknown],
  ['an unknown method of ours', request('governor/no_such', '{}'), unknown],
  ['logging, which we do not offer', request('logging/setLevel', '{"level":"debug"}'), unknown],
  ['a request that only servers make', request('sampling/createMessage', '{}'), unknown],
  ['a notification with an id', request('notifications/initialized', '{}'), unknown],
  ['an unknown notification', '{"jsonrpc":"2.0","method":"notifications/no_such"}', ignored],
  [
    'a call without id',
    call('register_agent', '{"agent_id":"by-notification"}').replace('"id":"bad",', ''),
    ignored,
  ],
  [
    'cancelling nothing',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"none"}}',
    ignored,
  ],
  ['cancelling without saying what', '{"jsonrpc":"2.0","method":"notifications/cancelled"}', ignored],
  [
    'a notification with wrong parameters',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":[1]}',
    ignored,
  ],
  ['tools/list with a cursor of nobody', request('tools/list', '{"cursor":"zzz"}'), badParams],
  ['tools/list with a number as cursor', request('tools/list', '{"cursor":5}'), badParams],
  ['tools/call without parameters', request('tools/call'), badParams],
  ['tools/call without name', request('tools/call', '{"arguments":{}}'), badParams],
  ['tools/call with a number as name', request('tools/call', '{"name":5,"arguments":{}}'), badParams],
  [
    'tools/call of an unknown tool',
    request('tools/call', '{"name":"no_such_tool","arguments":{}}'),
    badParams,
  ],
  [
    'tools/call with an array of arguments',
    request('tools/call', '{"name":"list_agents","arguments":[]}'),
    badParams,
  ],
  [
    'tools/call with a text as arguments',
    request('tools/call', '{"name":"list_agents","arguments":"{}"}'),
    badParams,
  ],
  ['_meta that is no object', request('tools/list', '{"_meta":5}'), badParams],
  [
    'subscriptions/listen in the legacy era',
    request('subscriptions/listen', '{"notifications":{}}'),
    either(unknown, badParams),
  ],
  ['an unknown version', request('tools/list', meta({ [version]: '1900-01-01' })), unsupported('1900-01-01')],
  [
    'a version of the future',
    request('tools/list', meta({ [version]: '2999-12-31' })),
    unsupported('2999-12-31'),
  ],
  ['an empty version', request('tools/list', meta({ [version]: '' })), unsupported('')],
  [
    'a legacy version in modern clothes',
    request('tools/list', meta({ [version]: '2025-11-25' })),
    unsupported('2025-11-25'),
  ],
  [
    'an unknown version of an unknown method',
    request('no/such', meta({ [version]: '1900-01-01' })),
    unsupported('1900-01-01'),
  ],
  ['a version that is a number', request('tools/list', meta({ [version]: 20260728 })), badParams],
  ['no capabilities', request('tools/list', meta({ [capabilities]: undefined })), badParams],
  ['capabilities that are an array', request('tools/list', meta({ [capabilities]: [] })), badParams],
  ['client info that is a text', request('tools/list', meta({ [info]: 'me' })), badParams],
  ['client info without version', request('tools/list', meta({ [info]: { name: 'me' } })), badParams],
  ['ping in 2026-07-28, which dropped it', request('ping', meta({})), unknown],
  ['initialize in 2026-07-28, which dropped it', request('initialize', meta({})), either(unknown, badParams)],
  ['logging/setLevel in 2026-07-28', request('logging/setLevel', meta({}, ',"level":"info"')), unknown],
  ['an unknown method in 2026-07-28', request('no/such', meta({})), unknown],
  ['listening to nothing named', request('subscriptions/listen', meta({})), badParams],
  ['listening to an array', request('subscriptions/listen', meta({}, ',"notifications":[]')), badParams],
  [
    'listening with a text as switch',
    request('subscriptions/listen', meta({}, ',"notifications":{"toolsListChanged":"yes"}')),
    badParams,
  ],
  [
    'listening to resources that are numbers',
    request('subscriptions/listen', meta({}, ',"notifications":{"resourceSubscriptions":[1]}')),
    badParams,
  ],
];

/// As the first line of a connection.
export const opening = [
  ['tools/list before anything', request('tools/list', '{}'), badParams],
  ['tools/call before anything', request('tools/call', '{"name":"list_agents","arguments":{}}'), badParams],
  ['modern fields without version', request('tools/list', meta({ [version]: undefined })), badParams],
  ['server/discover without _meta', request('server/discover', '{}'), badParams],
  ['ping before anything', request('ping'), accepted],
  ['initialize without parameters', initialize(), badParams],
  [
    'initialize without version',
    initialize('{"capabilities":{},"clientInfo":{"name":"a","version":"1"}}'),
    badParams,
  ],
  [
    'initialize with a number as version',
    initialize('{"protocolVersion":1,"capabilities":{},"clientInfo":{"name":"a","version":"1"}}'),
    badParams,
  ],
  [
    'initialize without client info',
    initialize('{"protocolVersion":"2025-11-25","capabilities":{}}'),
    badParams,
  ],
  [
    'initialize with a text as client info',
    initialize('{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":"me"}'),
    badParams,
  ],
  [
    'initialize without capabilities',
    initialize('{"protocolVersion":"2025-11-25","clientInfo":{"name":"a","version":"1"}}'),
    badParams,
  ],
  [
    'initialize with an unknown version',
    initialize('{"protocolVersion":"1999-01-01","capabilities":{},"clientInfo":{"name":"a","version":"1"}}'),
    accepted,
  ],
  [
    'initialize with 2026-07-28',
    initialize(`{"protocolVersion":"${kModern}","capabilities":{},"clientInfo":{"name":"a","version":"1"}}`),
    either(accepted, unsupported(kModern)),
  ],
];
