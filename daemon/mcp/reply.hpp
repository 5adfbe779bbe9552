#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "daemon/support/revision.hpp"

namespace governor::daemon {

struct Tool;

// JSON-RPC and MCP error codes. -32021 and -32022: the schema of 2026-07-28. -32002: the revisions before it.
// Codes of governor's own lie outside the range that JSON-RPC reserves.
enum RpcError : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kResourceNotFound = -32002,
  kMissingClientCapability = -32021,
  kUnsupportedProtocolVersion = -32022,
  kProtocolMismatch = -31002,
  kStorageUnavailable = -31003,
  kOverloaded = -31004,
  kShuttingDown = -31005,
};

/// `id` is JSON text; empty where it could not be read. `data` is JSON text, empty for none.
std::string error_reply(std::string_view id, int code, std::string_view message, std::string_view data = {});

/// An error of governor's own: `data` gets the stable code and the hint.
std::string domain_error_reply(std::string_view id, int code, const core::Error& error);

/// The number that goes with an error when it is no tool's.
int rpc_code(const core::Error& error);

std::string result_reply(std::string_view id, std::string_view result);

/// What a reply to a request needs to know of it.
struct Envelope {
  /// Of what the reply tells: the result of a tool, a task that goes on, how such a task stands, nothing.
  enum class Form : std::uint8_t { tool, new_task, task, acknowledgement };

  std::string id;  ///< JSON text
  Revision revision = kNewestLegacy;
  Form form = Form::tool;
  bool user_can_be_asked = false;  ///< of a task
};

/// Under which a client's user is asked about a request.
std::string ask_name(std::int64_t approval);
/// With what the id of such a question begins, where it is a message of its own; then comes
/// `Error::ask_state`.
inline constexpr std::string_view kAskId = "governor-ask.";
/// The message. Precondition: the error has an `ask_state`.
std::string ask_message(const core::Error& error);

/// The fields that every result of the stateless era carries, each followed by a comma; empty in the older
/// eras.
std::string_view result_preamble(Revision revision);

/// A tool's result, or its error as a result with isError, in the form of the revision. The text is in the
/// tool's words if it has any, `tool` may be null; revisions that know only text get the result as JSON.
std::string tool_reply(const Envelope& envelope, const core::Result<std::string>& outcome,
                       const Tool* tool = nullptr);

}  // namespace governor::daemon
