#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/session.hpp"
#include "daemon/mcp/reply.hpp"
#include "daemon/support/revision.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

// What a connection has to do about one line. Decided without I/O, so that it can be tested without.

/// Nothing to do and nothing to say.
struct Ignore {};
/// Say this at once; it depends on nothing.
struct ReplyNow {
  std::string text;
};
/// Say this at once, and write down who was refused what.
struct Refuse {
  std::string text;
  std::string what;  ///< the tool or method
  core::Error error;
  std::string client_name{};  ///< of a stateless request, empty when not said
  std::string client_version{};
};
/// Reply with the daemon's health, from counters alone.
struct ReplyHealth {
  std::string id;
};
struct ReplyStatus {
  std::string id;
};
struct OpenSession {
  std::string id;
  core::Session session;  ///< what hello said; keys and process are filled in later
};
struct Initialize {
  Envelope envelope;
  std::string client_name;
  std::string client_version;
};
struct CallTool {
  Envelope envelope;
  std::unique_ptr<ToolCall> call;
  const Operation* operation = nullptr;
  const Tool* tool = nullptr;  ///< null: a request of governor's own, whose result is answered as it is
  std::string client_name{};   ///< of a stateless request, empty when not said
  std::string client_version{};
  std::string progress_token{};  ///< JSON text, empty when none was given
};
/// A request about resources, on the path of tool calls. One that does not only read changes what the session
/// has subscribed to.
struct AskResource {
  Envelope envelope;
  std::unique_ptr<ToolCall> call;
  const Operation* method = nullptr;
};
struct ConfirmAnswers {
  std::uint64_t below = 0;
  std::vector<std::uint64_t> also;
};
struct Goodbye {};
/// Say this, then stop in order: for a newer build, or because a person asked.
struct StopDaemon {
  std::string reply;
  std::string reason;
};
/// Opens a stream of notifications: the request stays unanswered until it is cancelled.
struct Listen {
  std::string id;
  std::vector<std::string> uris;  ///< resources to be told of, each once
};
/// The user of the client has been asked about a request and has answered. The line itself needs no answer.
struct AnswerAsked {
  std::unique_ptr<ToolCall> call;
};
struct CancelRequest {
  std::string id;
};

using Action =
    std::variant<Ignore, ReplyNow, Refuse, ReplyHealth, ReplyStatus, OpenSession, Initialize, CallTool,
                 AskResource, ConfirmAnswers, Goodbye, StopDaemon, Listen, CancelRequest, AnswerAsked>;

}  // namespace governor::daemon
