// Requests to the daemon, through the gateway that this page comes from.
import { Cell } from './cell.js';

/// What the gateway says of itself and the daemon: `{csrf, version, daemon}`; null until it has.
export const session = new Cell(null);

/// A refusal in words that can be shown.
export class Refusal extends Error {
  constructor(message, code = '') {
    super(message);
    this.code = code;
  }
}

const kSignIn = 'This page is no longer signed in. Open it anew with: governorctl dashboard';

async function fetched(address, options) {
  let response;
  try {
    response = await fetch(address, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch {
    throw new Refusal(
      'governor-gateway does not answer; the page goes on when it is back. To start it: governorctl dashboard',
      'gateway_away',
    );
  }
  return response;
}

export async function openSession() {
  const response = await fetched('/api/session');
  if (response.status === 401 || response.status === 403) throw new Refusal(kSignIn, 'signed_out');
  if (!response.ok) throw new Refusal(`governor-gateway answered ${response.status}.`, 'gateway');
  const opened = await response.json();
  session.set(opened);
  return opened;
}

let opening = null;

function openedSession() {
  if (session.get()) return session.get();
  opening ??= openSession().finally(() => (opening = null));
  return opening;
}

let next = 1;

async function sent(body, csrf) {
  return fetched('/api', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Governor-CSRF': csrf },
    body,
  });
}

/// Ends the session of this browser, or of every one; throws a Refusal.
export async function logOut(everywhere = false) {
  const ask = async () => {
    const { csrf } = await openedSession();
    const headers = { 'X-Governor-CSRF': csrf };
    return fetched(`/logout${everywhere ? '?everywhere=1' : ''}`, { method: 'POST', headers });
  };
  let response = await ask();
  if (response.status === 403) {
    // The session may be another one meanwhile, opened in another tab.
    session.set(null);
    response = await ask();
  }
  // Who was logged out already is where it wanted to be.
  if (!response.ok && response.status !== 401) throw new Refusal(`governor-gateway answered ${response.status}.`, 'gateway');
}

/// The result of one request; throws a Refusal.
export async function request(method, params = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: next++, method, params });
  let response = await sent(body, (await openedSession()).csrf);
  if (response.status === 401 || response.status === 403) {
    // The session may be another one meanwhile, opened in another tab.
    session.set(null);
    response = await sent(body, (await openedSession()).csrf);
  }
  if (response.status === 401 || response.status === 403) throw new Refusal(kSignIn, 'signed_out');
  const answer = await response.json().catch(() => null);
  if (answer?.error) throw refusalOf({ ...answer.error, ...answer.error.data });
  if (!response.ok || !answer) throw new Refusal(`governor-gateway answered ${response.status}.`, 'gateway');
  return answer.result;
}

/// Of a tool, of the daemon, or of the gateway: all have a code, a message and mostly a hint.
function refusalOf(details) {
  const said = [details.message, details.hint].filter(Boolean).join(' ');
  return new Refusal(said || 'The daemon refused without saying why.', details.code ?? '');
}

/// What a tool answers.
export async function tool(name, args = {}) {
  const result = await request('tools/call', { name, arguments: args });
  if (result.isError) {
    throw refusalOf(result._meta?.['io.github.governor/error'] ?? { message: result.content?.[0]?.text });
  }
  return result.structuredContent ?? JSON.parse(result.content[0].text);
}

/// The pages of a tool that answers page by page.
export async function* pagesOf(name, field, args) {
  let cursor;
  do {
    const page = await tool(name, { ...args, limit: 500, ...(cursor !== undefined && { cursor }) });
    yield page[field];
    cursor = page.next_cursor;
  } while (cursor !== undefined);
}

/// All rows of a tool that answers page by page, at most `most`.
export async function allRows(name, field, args, most = Infinity) {
  const rows = [];
  let cursor;
  do {
    const limit = Math.min(500, most - rows.length);
    const page = await tool(name, { ...args, limit, ...(cursor !== undefined && { cursor }) });
    rows.push(...page[field]);
    cursor = page.next_cursor;
  } while (cursor !== undefined && rows.length < most);
  return { rows, more: cursor !== undefined };
}
