// The words of the tables in this folder: what each input must be answered with.

export const kUnreadableId = Symbol('no id or null');

/// A protocol error with one of these codes. `id` is the one to be answered; without it none could be read.
export const error = (codes, { id = kUnreadableId, data } = {}) => ({
  kind: 'error',
  codes: [codes].flat(),
  id,
  data,
});
/// The same for a request whose id, "bad", could be read.
export const refused = (codes, data) => error(codes, { id: 'bad', data });
/// A tool result with isError, naming code and field.
export const toolError = (code, field) => ({ kind: 'tool', code, field });
/// No answer at all.
export const ignored = { kind: 'ignored' };
/// An ordinary result: what looks odd but is allowed.
export const accepted = { kind: 'accepted' };
/// Any of several, where two are defensible and both are documented.
export const either = (...choices) => ({ kind: 'either', choices });

/// A request as text, with the id "bad".
export const request = (method, params) => {
  const rest = params === undefined ? '' : `,"params":${params}`;
  return `{"jsonrpc":"2.0","id":"bad","method":${JSON.stringify(method)}${rest}}`;
};
/// A tools/call as text; `given` is the text of the arguments.
export const call = (tool, given) => request('tools/call', `{"name":"${tool}","arguments":${given}}`);
