import { accepted, call, either, error, toolError } from './expect.mjs';
import { kInvalidRequest, kParseError } from '../lib/mcp.mjs';

// Calls whose arguments are wrong: refused inside the result, naming the field. Nothing of them may be
// stored.

const update = (given) => call('process_agent_update', `{"agent_id":"malformed",${given}}`);
const wrong = (field) => toolError('invalid_argument', field);
/// Numbers beyond a double: the JSON reader or the tool may say so.
const notFinite = (field) => either(wrong(field), error(kParseError), error(kInvalidRequest));

export const args = [
  ['complexity above 1', update('"complexity":1.01'), wrong('complexity')],
  ['complexity below 0', update('"complexity":-0.01'), wrong('complexity')],
  ['complexity as a text', update('"complexity":"0.5"'), wrong('complexity')],
  ['complexity null', update('"complexity":null'), wrong('complexity')],
  ['complexity null, as JavaScript writes NaN', update('"complexity":null'), wrong('complexity')],
  ['an agent that is null', call('process_agent_update', '{"agent_id":null}'), wrong('agent_id')],
  [
    'thresholds of an agent that is null',
    call('set_thresholds', '{"agent_id":null,"profile":"strict"}'),
    wrong('agent_id'),
  ],
  [
    'an empty profile of thresholds',
    call('set_thresholds', '{"agent_id":"malformed","profile":""}'),
    wrong('profile'),
  ],
  [
    'a limit beyond 64 bits',
    call('get_system_history', '{"agent_id":"malformed","limit":18446744073709551617}'),
    wrong('limit'),
  ],
  ['a limit of 1e300', call('get_system_history', '{"agent_id":"malformed","limit":1e300}'), wrong('limit')],
  ['complexity true', update('"complexity":true'), wrong('complexity')],
  ['complexity 1e999', update('"complexity":1e999'), notFinite('complexity')],
  ['complexity -1e999', update('"complexity":-1e999'), notFinite('complexity')],
  ['confidence 1.5', update('"confidence":1.5'), wrong('confidence')],
  ['confidence 1e999', update('"confidence":1e999'), notFinite('confidence')],
  ['parameters as a text', update('"parameters":"1,2"'), wrong('parameters')],
  ['parameters as an object', update('"parameters":{"0":1}'), wrong('parameters')],
  ['a text among parameters', update('"parameters":[0.1,"0.2"]'), wrong('parameters')],
  ['an infinity among parameters', update('"parameters":[0.1,1e999]'), notFinite('parameters')],
  ['4,097 parameters', update(`"parameters":[${Array(4097).fill('0').join(',')}]`), wrong('parameters')],
  ['a drift of 2', update('"ethical_drift":[2,0,0]'), wrong('ethical_drift')],
  ['a third drift below -1', update('"ethical_drift":[0,0,-1.5]'), wrong('ethical_drift')],
  ['a drift that is a number', update('"ethical_drift":0.1'), wrong('ethical_drift')],
  ['an array in the drift', update('"ethical_drift":[[0]]'), wrong('ethical_drift')],
  ['a text that is a number', update('"response_text":5'), wrong('response_text')],
  ['an argument that is not there', update('"complexty":0.5'), wrong('complexty')],
  [
    'complexity twice',
    update('"complexity":0.5,"complexity":7'),
    either(wrong('complexity'), error(kParseError)),
  ],
  ['an empty agent id', call('process_agent_update', '{"agent_id":""}'), wrong('agent_id')],
  [
    'an agent id of 129 characters',
    call('process_agent_update', `{"agent_id":"${'a'.repeat(129)}"}`),
    wrong('agent_id'),
  ],
  ['an agent id with a blank', call('process_agent_update', '{"agent_id":"a b"}'), wrong('agent_id')],
  [
    'an agent id with a slash',
    call('process_agent_update', '{"agent_id":"../etc/passwd"}'),
    wrong('agent_id'),
  ],
  ['an agent id beyond ASCII', call('process_agent_update', '{"agent_id":"ünï"}'), wrong('agent_id')],
  ['an agent id that is a number', call('process_agent_update', '{"agent_id":5}'), wrong('agent_id')],
  ['no agent id, none registered', call('process_agent_update', '{}'), wrong('agent_id')],
  [
    'history of nobody',
    call('get_system_history', '{"agent_id":"nobody-at-all"}'),
    toolError('not_found', 'agent_id'),
  ],
  ['history in XML', call('get_system_history', '{"agent_id":"bystander","format":"xml"}'), wrong('format')],
  ['history with limit 0', call('get_system_history', '{"agent_id":"bystander","limit":0}'), wrong('limit')],
  [
    'history with limit 1001',
    call('get_system_history', '{"agent_id":"bystander","limit":1001}'),
    wrong('limit'),
  ],
  [
    'history with limit 1.5',
    call('get_system_history', '{"agent_id":"bystander","limit":1.5}'),
    wrong('limit'),
  ],
  [
    'history with a text as limit',
    call('get_system_history', '{"agent_id":"bystander","limit":"10"}'),
    wrong('limit'),
  ],
  [
    'history before update -1',
    call('get_system_history', '{"agent_id":"bystander","before_update":-1}'),
    wrong('before_update'),
  ],
  [
    'history before update 1e30',
    call('get_system_history', '{"agent_id":"bystander","before_update":1e30}'),
    wrong('before_update'),
  ],
  ['a list with limit -5', call('list_agents', '{"limit":-5}'), wrong('limit')],
  ['a list from a cursor of nobody', call('list_agents', '{"cursor":5}'), wrong('cursor')],
  ['tags that are a text', call('register_agent', '{"agent_id":"malformed","tags":"a"}'), wrong('tags')],
  ['a number among tags', call('register_agent', '{"agent_id":"malformed","tags":["a",1]}'), wrong('tags')],
  ['shared as a text', call('register_agent', '{"agent_id":"malformed","shared":"yes"}'), wrong('shared')],
  [
    'a parent with a bad id',
    call('register_agent', '{"agent_id":"malformed","parent_agent_id":"a b"}'),
    wrong('parent_agent_id'),
  ],
  [
    'health_check with arguments',
    call('health_check', '{"verbose":true}'),
    either(wrong('verbose'), accepted),
  ],
];
