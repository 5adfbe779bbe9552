#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/result.hpp"
#include "core/state.hpp"
#include "daemon/diagnosis/concurrency_report.hpp"
#include "daemon/diagnosis/diagnosis.hpp"
#include "daemon/health/health_report.hpp"
#include "daemon/store/store.hpp"
#include "daemon/supervisor/launcher.hpp"
#include "daemon/tools/evidence/evidence_settings.hpp"
#include "daemon/tools/step.hpp"

namespace governor::daemon {

class MergePredictor;
class SharedWorkspaces;

/// What a call may use while it runs on the state strand.
struct CallContext {
  core::State& state;
  core::Caller caller;
  std::int64_t now_us;                             ///< one clock reading for the whole run
  core::Changes& changes;                          ///< what must become durable before the result may be seen
  const ConcurrencySource* concurrency = nullptr;  ///< who waits for what; only while `run` runs

  bool begins = true;  ///< the first run, or the first on a state that was read back before it took effect
  bool client_follows = false;         ///< it is told how far the call is, and so does not give up meanwhile
  Launcher* launcher = nullptr;        ///< null: this daemon deploys nothing
  SharedWorkspaces* shared = nullptr;  ///< null: it shares nothing with other machines
  std::span<const std::string> shared_task_lists{};
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
  Diagnosis* diagnosis = nullptr;                       ///< none in tests of the protocol alone
  const EvidenceSettings* evidence_settings = nullptr;  ///< none: the defaults
  MergePredictor* merges = nullptr;                     ///< likewise
  /// With which what comes back with an answer of a client's user is signed; empty: no user is asked.
  std::string_view ask_key{};

  [[nodiscard]] const EvidenceSettings& evidence() const {
    static const EvidenceSettings kDefaults;
    return evidence_settings != nullptr ? *evidence_settings : kDefaults;
  }
};

}  // namespace governor::daemon
