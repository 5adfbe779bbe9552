import { kModern, kResourceNotFound } from './mcp.mjs';

// Which type of the schemas a message must be of, by the method it answers or announces.

const kResults = {
  initialize: 'InitializeResult',
  ping: 'EmptyResult',
  'server/discover': 'DiscoverResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult',
  'resources/subscribe': 'EmptyResult',
  'resources/unsubscribe': 'EmptyResult',
  'completion/complete': 'CompleteResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'logging/setLevel': 'EmptyResult',
  'subscriptions/listen': 'SubscriptionsListenResult',
};

const kNotifications = {
  'notifications/cancelled': 'CancelledNotification',
  'notifications/progress': 'ProgressNotification',
  'notifications/message': 'LoggingMessageNotification',
  'notifications/tools/list_changed': 'ToolListChangedNotification',
  'notifications/resources/list_changed': 'ResourceListChangedNotification',
  'notifications/resources/updated': 'ResourceUpdatedNotification',
  'notifications/subscriptions/acknowledged': 'SubscriptionsAcknowledgedNotification',
};

/// What the server asks of a client.
const kRequests = { 'elicitation/create': 'ElicitRequest' };

/// The type of this result of a method, or undefined for a method that has none.
export function resultType(method, result) {
  return result?.resultType === 'input_required' ? 'InputRequiredResult' : kResults[method];
}

export function requestType(method) {
  return kRequests[method];
}

export function notificationType(method) {
  return kNotifications[method];
}

/// What is wrong with the number of an error, or null. Of the range JSON-RPC reserves only the standard codes
/// may be used, and of MCP's part of it only the defined ones; our own codes lie outside.
export function codeProblem(code, revision) {
  const standard = [-32700, -32600, -32601, -32602, -32603];
  const defined = revision === kModern ? [-32020, -32021, -32022] : [kResourceNotFound];
  if (standard.includes(code) || defined.includes(code)) return null;
  if (code >= -32768 && code <= -32000) return `error code ${code} is reserved and not defined`;
  return null;
}
