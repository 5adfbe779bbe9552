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
#include "daemon/tools/step.hpp"

namespace governor::daemon {

/// What a call may use while it runs on the state strand.
struct CallContext {
  core::State& state;
  core::Caller caller;
  std::int64_t now_us;                             ///< one clock reading for the whole run
  core::Changes& changes;                          ///< what must become durable before the result may be seen
  const ConcurrencySource* concurrency = nullptr;  ///< who waits for what; only while `run` runs

  bool begins = true;  ///< the first run, or the first on a state that was read back before it took effect
  bool client_follows = false;  ///< it is told how far the call is, and so does not give up meanwhile
};

/// One call of a tool with its arguments parsed. What `run` changed for a numbered line is answered once more
/// from the stored text of the result, unless the mutation has stored a shorter reference itself.
class ToolCall {
 public:
  virtual ~ToolCall() = default;

  /// State strand, without suspension: says what comes next, and runs again after that unless it is the
  /// answer. What it has changed becomes durable in any case. The state may have been read back from the
  /// store between two runs.
  virtual Step run(CallContext& context) = 0;

  /// State strand, in place of the next `run`: the caller was told that its work on files takes too long, or
  /// it never began. Takes down what the work has done all the same and frees what the call holds; it gives
  /// nobody anything.
  virtual void finish_unseen(CallContext&) {}

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
