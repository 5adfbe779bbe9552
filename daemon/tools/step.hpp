#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/keys.hpp"
#include "core/result.hpp"
#include "daemon/shared/shared_question.hpp"

namespace governor::daemon {

class Database;
class FileServices;
class Store;
struct SharedMember;

// What comes next in a call: `ToolCall::run` returns one of these, and the owner of the state does the rest.
// The functions in them may point into the call, which outlives them.

/// What must be durable before something may be shown, or read.
enum class Depends {
  everything,  ///< all that is not durable yet
  its_agents,  ///< what concerns the agents that the call has loaded, and nothing else of the state
  nothing      ///< it shows nothing that changes with the state
};

/// The call is over: the structured result as JSON, or why there is none.
struct Answer {
  Answer(std::string text) : result(std::move(text)) {}                        // NOLINT(*-explicit-*)
  Answer(core::Error error) : result(std::move(error)) {}                      // NOLINT(*-explicit-*)
  Answer(core::Result<std::string> outcome, Depends on = Depends::everything)  // NOLINT(*-explicit-*)
      : result(std::move(outcome)), depends(on) {}

  core::Result<std::string> result;
  Depends depends = Depends::everything;
};

/// These agents are needed in memory, at every further run.
struct Load {
  std::vector<std::string> agents;
};

/// Store thread: a slice of what the call reads, and again as long as `again` says so on the state strand.
/// Commits go first in between. An error ends the call.
struct Read {
  std::function<std::optional<core::Error>(Store&)> function;
  std::function<bool()> again{};
  Depends depends = Depends::everything;
};

/// A file thread: what touches the user's files. It may take long, and uses nothing of the state. Whoever
/// sent the call later does not wait for it.
struct Work {
  std::function<void(FileServices&)> function;
  /// A path that it will touch, so that work on a file system that hangs does not hold up that on others.
  std::string place{};
  /// Not before what the call has changed so far is durable. To be set for work that others may see: a call
  /// that has only looked so far ends when its line comes again over a newer connection.
  bool after_commit = false;
  /// Becomes true when the caller has been told that the file system does not answer: the work should have no
  /// further effect if that is possible.
  std::atomic<bool>* abandoned = nullptr;
  std::string lane{};                  ///< of its own, besides `place`; see FileThreads
  std::chrono::milliseconds limit{0};  ///< other than that of work on files: it is known to take long
};

/// It runs again when its turn has come in the queue for leases, or at `until_us`.
struct Wait {
  core::WaiterKey waiter = 0;
  std::int64_t until_us = 0;
  std::int64_t length_us = 0;    ///< from the beginning of the wait to its end
  bool for_deployments = false;  ///< it runs again also when any deployment has changed
  bool for_approvals = false;    ///< likewise any request to a person
  std::string tell{};            ///< a message to the client, when the wait begins; empty: none
};

/// It runs again when the other machines of a shared workspace have said whether they are in the way, or at
/// the end of the wait. Until then it has its place in the queue here.
struct Share {
  SharedQuestion question;
  std::function<void(SharedAnswer)> take;  ///< state strand, before it runs again
  Wait wait{};
};

/// It runs again when the database that several machines share has been asked, or is not to be had: one of
/// the two functions has taken it down then. Both are called on the thread that talks with it, and use
/// nothing of the call, which may have ended.
struct Consult {
  /// One call of a function there, with the meaning of SharedJob::run.
  std::function<std::optional<core::Error>(Database&, const SharedMember&)> ask;
  std::function<void(const core::Error&)> fail;
};

using Step = std::variant<Answer, Load, Read, Work, Wait, Share, Consult>;

}  // namespace governor::daemon
