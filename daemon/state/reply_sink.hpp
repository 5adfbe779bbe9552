#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/keys.hpp"
#include "core/result.hpp"
#include "daemon/mcp/reply.hpp"

namespace governor::daemon {

struct Tool;

/// What a reply needs to know of its request.
struct Ticket {
  /// `subscription` changes what the session has subscribed to; `listen` opens a stream of the stateless era.
  enum class Kind { tool, result, hello, resource, subscription, listen };

  Kind kind = Kind::result;
  std::uint64_t line = 0;  ///< 0 when the line was not numbered
  Envelope envelope;
  std::chrono::steady_clock::time_point started;
  std::string_view operation{};  ///< shown to whoever asks what waits; empty: a call of the daemon's own
  const Tool* tool = nullptr;    ///< of a tool call
  std::string agent_id{};        ///< which agent it is about, once that is known
  std::uint64_t listen = 0;      ///< of kind `listen`: which of the connection's
};

/// One line that nobody asked for at this moment.
struct Notice {
  std::uint64_t listen = 0;  ///< the connection's stream it belongs to; 0: to none
  std::shared_ptr<const std::string> line;
};

struct PendingCall;

/// A connection as the state sees it.
class ReplySink : public std::enable_shared_from_this<ReplySink> {
 public:
  virtual ~ReplySink() = default;

  /// Any strand: passes the outcome on. Called exactly once for each request, unless the connection is gone.
  virtual void deliver(Ticket ticket, core::Result<std::string> outcome) = 0;
  enum class Forget { cancelled, comes_again };
  /// Any strand, in place of `deliver`: the request was cancelled, or its line will come again over a later
  /// connection; it has no answer.
  virtual void forget(Ticket ticket, Forget why) = 0;
  /// Any strand: a newer connection took over the session.
  virtual void supersede() = 0;
  /// Any strand: era and profile of a session that came back.
  virtual void resume(std::string revision, std::string tools) = 0;

  /// Any strand: passes notices on. There will be no more until `StateOwner::notices_taken` is called, which
  /// says that the client has read on.
  virtual void notify(std::vector<Notice> notices) = 0;

  /// Any strand: passes on a line about a request that is not answered yet, before its answer.
  virtual void tell(std::string line) = 0;

  /// State strand only.
  struct Attachment {
    core::SessionKey session = 0;
    bool detached = false;
    bool resumed = false;  ///< the session had an earlier connection
    /// The call that waits for something before it can take effect; those behind it wait too, so that the
    /// calls of one connection take effect in the order in which they were sent.
    const PendingCall* blocking = nullptr;
    std::deque<std::shared_ptr<PendingCall>> behind;
  } attachment;
};

}  // namespace governor::daemon
