// Names of the protocol that several files need.

export const kModern = '2026-07-28';
export const kLegacy = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
export const kRevisions = [...kLegacy, kModern];

export const kParseError = -32700;
export const kInvalidRequest = -32600;
export const kMethodNotFound = -32601;
export const kInvalidParams = -32602;
export const kUnsupportedVersion = -32022;
/// Of the revisions before 2026-07-28, which has kInvalidParams for it.
export const kResourceNotFound = -32002;

export const kVersionKey = 'io.modelcontextprotocol/protocolVersion';
export const kCapabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
export const kClientInfoKey = 'io.modelcontextprotocol/clientInfo';
export const kServerInfoKey = 'io.modelcontextprotocol/serverInfo';
export const kSubscriptionKey = 'io.modelcontextprotocol/subscriptionId';
export const kErrorKey = 'io.github.governor/error';

export const kClientInfo = { name: 'governor-raw-client', version: '1.0.0' };

/// The `_meta` that every request of revision 2026-07-28 carries; `changes` may override or, as undefined,
/// remove.
export function modernMeta(changes = {}) {
  const meta = { [kVersionKey]: kModern, [kCapabilitiesKey]: {}, [kClientInfoKey]: kClientInfo, ...changes };
  return Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined));
}

export function initializeParams(revision) {
  return { protocolVersion: revision, capabilities: {}, clientInfo: kClientInfo };
}
