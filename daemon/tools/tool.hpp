#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/state.hpp"
#include "daemon/diagnosis/concurrency_report.hpp"
#include "daemon/diagnosis/diagnosis.hpp"
#include "daemon/health/health_report.hpp"
#include "daemon/store/store.hpp"
#include "daemon/tools/parameter.hpp"

namespace governor::daemon {

/// What a call may use while it runs on the state strand.
struct CallContext {
  core::State& state;
  core::Caller caller;
  std::int64_t now_us;                             ///< one clock reading for the whole call
  core::Changes& changes;                          ///< what must become durable before the result may be seen
  const ConcurrencySource* concurrency = nullptr;  ///< who waits for what; only while `run` runs

  /// What comes after `run`.
  enum class Next {
    answer,  ///< its result, or its error
    work,    ///< the call's `work`, then `run` again
    read,    ///< the call's `read`, as often as it wants, then `run` again
    wait     ///< `run` again when the waiter's turn has come, or at `wait_until_us`
  };
  Next next = Next::answer;
  core::WaiterKey waiter = 0;      ///< of `wait`: its place in the queue for leases
  std::int64_t wait_until_us = 0;  ///< of `wait`
  bool after_commit = false;       ///< of `work`: not before what this call has changed so far is durable
  std::int64_t wait_us = 0;        ///< of `wait`: how long from its beginning to its end

  bool client_follows = false;  ///< it is told how far the call is, and so does not give up meanwhile
};

class FileServices;

/// One call of a tool with its arguments parsed. It goes through these steps, each on the thread named:
/// `replay` (only for a line that was already applied), `prepare`, `read` if it reads the store, loading of
/// the agents it named, and `run`, which may ask for `work` or to wait and then runs again. An error at any
/// step ends it. What `run` changed for a numbered line is
/// answered once more from the stored text of the result, unless the mutation has stored a shorter reference
/// itself.
class ToolCall {
 public:
  virtual ~ToolCall() = default;

  /// State strand: the agents that `run` needs in memory. Resolves a missing agent id to the session's own.
  virtual core::Result<std::vector<std::string>> prepare(const CallContext&) {
    return std::vector<std::string>{};
  }

  /// State strand, without suspension: does the work and returns the structured result as JSON. Unless
  /// `context.next` says that it is not done yet: then the result does not matter, and what it has changed so
  /// far becomes durable all the same. The state may have been read back from the store between two runs.
  virtual core::Result<std::string> run(CallContext& context) = 0;

  /// A file thread: what touches the user's files. May take long, and uses nothing of the state.
  virtual void work(FileServices&) {}
  /// State strand, before a `work`: a path that it will touch, so that the work on one file system that hangs
  /// does not keep that on others waiting.
  [[nodiscard]] virtual std::string works_at() const { return {}; }
  /// State strand, while a `work` runs: the caller has been told that the file system does not answer, so the
  /// work should have no further effect if that is possible.
  virtual void abandon() {}
  /// State strand, in place of the next `run`, after the caller was told so, or that the work never began.
  /// Takes down what the work has done all the same and frees what the call holds; it gives nobody anything.
  virtual void finish_unseen(CallContext&) {}
  /// State strand, after a `work`: further agents that the next `run` needs in memory.
  [[nodiscard]] virtual std::vector<std::string> agents_after_work() { return {}; }

  /// Whether `read` must happen, after all that the call depends on is durable.
  [[nodiscard]] virtual bool reads_store() const { return false; }
  /// Whether the answer may show anything of the state. If not, it waits only until what concerns the agents
  /// is durable that `prepare` named: to be said of a call of which that is certain, and which need not wait.
  [[nodiscard]] virtual bool depends_on_all() const { return true; }
  /// Store thread: reads what `run` will need into the call, a slice of it at a time.
  virtual std::optional<core::Error> read(Store&) { return std::nullopt; }
  /// After a `read`: whether another is needed. Commits go first in between.
  [[nodiscard]] virtual bool wants_more_reads() const { return false; }
  /// After the last `read`: further agents that `run` needs in memory.
  [[nodiscard]] virtual std::vector<std::string> agents_after_read() const { return {}; }

  /// State strand: `run` had the call wait or work and will not be called again; frees what it holds in the
  /// state.
  virtual void stop_waiting(core::State&, core::Changes&) {}

  /// Store thread: the result of the same line when it was first applied, if not its text was stored; none if
  /// the call must run again (it then knows what it made the first time).
  virtual core::Result<std::optional<std::string>> replay(Store& store, const core::Answer& answer);
};

/// What tools need besides state: facts and counters of the daemon, and randomness, which is injected.
struct ToolEnvironment {
  const ServerFacts& facts;
  const Counters& counters;
  std::string (*random_hex)(std::size_t bytes);
  Diagnosis* diagnosis = nullptr;  ///< none in tests of the protocol alone
};

/// A tool as clients see it. The texts live as long as the program.
struct Tool {
  std::string_view name;
  std::string_view group;  ///< for profiles, see kToolGroups
  std::string_view title;
  std::string_view description;
  Parameters parameters;
  std::string_view output_schema;  ///< JSON Schema 2020-12
  bool read_only;
  bool idempotent;
  core::Result<std::unique_ptr<ToolCall>> (*parse)(const boost::json::object& arguments,
                                                   const ToolEnvironment& environment);
  bool in_core = false;      ///< one of the default profile
  bool destructive = false;  ///< takes something away that is not easily brought back
  /// A result in words, for the model that reads it; empty where the result itself is to be read. Null:
  /// always.
  std::string (*text)(const boost::json::object& result) = nullptr;
};

inline constexpr std::array<std::string_view, 5> kToolGroups{"governance", "agents", "coordination", "tasks",
                                                             "server"};

/// All tools, in the order in which they are listed.
const std::vector<Tool>& all_tools();

/// The tool with this name, or null.
const Tool* find_tool(std::string_view name);

/// Tools of a profile: `core` (or nothing), the dozen that agents need all the time, `full`, or a comma list
/// of groups that are added to core, which `-core` leaves out. An error names what is unknown and what there
/// is.
core::Result<std::vector<const Tool*>> tools_of_profile(std::string_view profile);

}  // namespace governor::daemon
