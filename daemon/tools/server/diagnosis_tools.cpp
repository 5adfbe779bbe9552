#include "daemon/tools/server/tools.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "daemon/support/timestamp.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/server/diagnosis_json.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kLockDirectory = "the absolute path of a directory";
/// A slice of waiting on the store's thread; commits go first in between.
constexpr std::chrono::milliseconds kScanSlice{2};
/// Longer than a scan takes unless its disk hangs.
constexpr std::chrono::seconds kPatience{8};

constexpr std::string_view kDiagnoseOutput =
    R"({"type":"object","properties":{)"
    R"("queues":{"type":"object","additionalProperties":{"type":"integer"}},)"
    R"("waiting":{"type":"array","items":{"type":"object","properties":{"waits_for":{"enum":["agent","store","another_call","reload","files","lease","disk"]},"tool":{"type":"string"},"agent_id":{"type":"string"},"client":{"type":"string"},"pid":{"type":"integer"},"behind":{"type":"string"},"waited_ms":{"type":"number"}},"required":["waits_for","tool","waited_ms"]}},)"
    R"("waits":{"type":"object","additionalProperties":{"type":"object","properties":{"count":{"type":"integer"},"p50_ms":{"type":"number"},"p99_ms":{"type":"number"},"max_ms":{"type":"number"}},"required":["count","p50_ms","p99_ms","max_ms"]}},)"
    R"("conflicts":{"type":"array","items":{"type":"object","properties":{"code":{"type":"string"},"agent_id":{"type":"string"},"holder":{"type":"object"},"count":{"type":"integer"},"last":{"type":"string"}},"required":["code","agent_id","count","last"]}},)"
    R"("conflicts_last_hour":{"type":"integer"},)"
    R"("slowest":{"type":"array","items":{"type":"object","properties":{"tool":{"type":"string"},"agent_id":{"type":"string"},"duration_ms":{"type":"number"},"timestamp":{"type":"string"}},"required":["tool","duration_ms","timestamp"]}},)"
    R"("legacy_locks":{"type":"object"},"timestamp":{"type":"string"}},)"
    R"("required":["queues","waiting","waits","conflicts","conflicts_last_hour","slowest","timestamp"]})";

constexpr std::string_view kCleanupOutput =
    R"({"type":"object","properties":{)"
    R"("dry_run":{"type":"boolean"},"removed":{"type":"integer"},"directory":{"type":"string"},"names_seen":{"type":"integer"},)"
    R"("complete":{"type":"boolean"},"incomplete_because":{"type":"string"},"dead":{"type":"integer"},"unknown":{"type":"integer"},"alive":{"type":"integer"},)"
    R"("locks":{"type":"array","items":{"type":"object","properties":{"path":{"type":"string"},"kind":{"enum":["file","directory"]},"state":{"enum":["alive","dead","unknown"]},"reason":{"type":"string"},"pid":{"type":"integer"},"holder":{"type":"string"},"host":{"type":"string"},"written":{"type":"string"},"age_seconds":{"type":"integer"},"removed":{"type":"boolean"},"kept_because":{"type":"string"}},"required":["path","kind","state","reason","written","age_seconds","removed"]}}},)"
    R"("required":["dry_run","removed","directory","names_seen","complete","dead","unknown","alive","locks"]})";

/// Waits for a scan in slices, so that nothing else does. It is asked when everything else waits.
class ScanningCall : public ToolCall {
 public:
  ScanningCall(const ToolEnvironment& environment, std::string directory, bool remove)
      : environment_(environment) {
    request_.directory = std::move(directory);
    request_.remove = remove;
    request_.excluded = {environment.facts.runtime_directory, environment.facts.state_directory};
  }

  Step run(CallContext& context) final {
    if (!context.begins || request_.directory.empty()) return Answer(report(context), Depends::nothing);
    return Read{[this](Store&) { return wait_for_scan(); }, [this] { return scan_ != nullptr; },
                Depends::nothing};
  }

 protected:
  virtual core::Result<std::string> report(CallContext& context) = 0;

  ToolEnvironment environment_;
  LockScanRequest request_;
  LockReport report_;

 private:
  std::optional<core::Error> wait_for_scan() {
    if (!scan_) {
      auto started = environment_.diagnosis->lock_scanner.start(request_, {});
      if (!started) return started.error();
      scan_ = std::move(*started);
      deadline_ = std::chrono::steady_clock::now() + kPatience;
    }
    if (auto result = scan_->wait_for(kScanSlice)) {
      scan_.reset();
      if (!*result) return result->error();
      report_ = std::move(result->value());
      return std::nullopt;
    }
    if (std::chrono::steady_clock::now() < deadline_) return std::nullopt;
    scan_.reset();
    return core::Error(core::ErrorCode::deadline_exceeded,
                       fmt::format("Looking through the directory has not ended in {} s.", kPatience.count()),
                       "Its disk hangs, or the machine is very busy; name a smaller directory.");
  }

  std::unique_ptr<LockScanner::Scan> scan_;
  std::chrono::steady_clock::time_point deadline_;
};

class DiagnoseCall final : public ScanningCall {
 public:
  DiagnoseCall(const ToolEnvironment& environment, std::string directory)
      : ScanningCall(environment, std::move(directory), false) {}

  core::Result<std::string> report(CallContext& context) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    write_concurrency(json, context.concurrency->concurrency(), environment_.counters);
    write_slowest(json, environment_.diagnosis->operations.slowest());
    if (!request_.directory.empty()) {
      json.key("legacy_locks").begin_object();
      write_lock_report(json, request_.directory, report_, context.now_us);
      json.end_object();
    }
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }
};

class CleanupCall final : public ScanningCall {
 public:
  using ScanningCall::ScanningCall;

  core::Result<std::string> report(CallContext& context) override {
    std::uint64_t removed = 0;
    for (const FoundLock& lock : report_.locks) {
      if (!lock.removed) continue;
      ++removed;
      spdlog::info("removed the stale lock {}: {}", lock.path, lock.verdict.reason);
      context.state.audit(context.caller, "stale_lock_removed", 0,
                          fmt::format("{}: {}", lock.path, lock.verdict.reason), context.now_us,
                          context.changes);
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("dry_run", !request_.remove).field("removed", removed);
    write_lock_report(json, request_.directory, report_, context.now_us);
    json.end_object();
    return text;
  }
};

core::Error not_a_path(const std::string& given) {
  return core::invalid_argument("directory", given.empty() ? "missing" : "a path that is not absolute",
                                std::string(kLockDirectory));
}

constexpr Parameter kDiagnoseParameters[] = {
    text("directory", kMaxPathBytes, "Absolute path in which to look for lock files left behind"),
};

ParsedCall parse_diagnose(Arguments& arguments, const ToolEnvironment& environment) {
  auto directory = arguments.text("directory").value_or("");
  if (!directory.empty() && directory.front() != '/') return not_a_path(directory);
  return std::make_unique<DiagnoseCall>(environment, std::move(directory));
}

constexpr Parameter kCleanupParameters[] = {
    text("directory", kMaxPathBytes, "Absolute path; subdirectories included, links not followed")
        .required(kLockDirectory),
    flag("dry_run", "Look only, remove nothing").otherwise(true),
};

ParsedCall parse_cleanup(Arguments& arguments, const ToolEnvironment& environment) {
  auto directory = arguments.text("directory").value_or("");
  const bool dry_run = arguments.flag("dry_run");
  if (directory.empty() || directory.front() != '/') return not_a_path(directory);
  return std::make_unique<CleanupCall>(environment, std::move(directory), !dry_run);
}

}  // namespace

std::vector<Tool> diagnosis_tools() {
  return {
      {{"diagnose_concurrency", Effect::none, kDiagnoseParameters, parse_diagnose},
       "governance",
       "Who waits for what",
       "Calls that wait and for what, queues, waits, slowest operations, conflicts of the last hour; lock "
       "files left behind in a directory and whether their owners live.",
       kDiagnoseOutput},
      {{"cleanup_stale_locks", Effect::idempotent, kCleanupParameters, parse_cleanup},
       "governance",
       "Remove stale lock files",
       "Removes lock files whose owner is proven dead, and no others. A dry run by default.",
       kCleanupOutput,
       false,
       true},
  };
}

}  // namespace governor::daemon
