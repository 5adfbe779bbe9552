#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/deployments/budget_notice.hpp"
#include "daemon/tools/evidence/event_facts.hpp"
#include "daemon/tools/evidence/record_events.hpp"
#include "daemon/tools/guards/guard_actor.hpp"
#include "daemon/tools/guards/guard_file.hpp"
#include "daemon/tools/guards/guard_text.hpp"
#include "daemon/tools/guards/tools.hpp"

namespace governor::daemon {
namespace {

constexpr const char* kWayOut =
    " Stop writing it back and forth: say what you wanted and what goes wrong. For a minute this file is "
    "refused "
    "to you; other files are yours to write. A person is told.";

struct WrittenReport {
  std::vector<core::EvidenceCommand> events;  ///< what the hook tells of it as evidence
  std::string kind;
  std::string tool;
  std::string path;
  std::string cwd;
  bool success = true;
};

class GuardDoneCall final : public ToolCall {
 public:
  GuardDoneCall(GuardActor actor, WrittenReport report)
      : actor_(std::move(actor)), report_(std::move(report)) {}

  void look(FileServices& services) {
    actor_.look_around();
    // It stands in the file as well, and is on the disk a moment later.
    file_.emplace(look_at_file(report_.path, report_.cwd, services, BackupStore::Durable::soon));
  }

  Step run(CallContext& context) override {
    if (!file_) {
      actor_.note_sessions(context.state);
      return Work{[this](FileServices& services) { look(services); }, place_of(report_.path, report_.cwd)};
    }
    if (auto load = actor_.next_load(context.state)) return *std::move(load);
    const std::string subagent = actor_.subagent_id();
    if (!std::exchange(is_subagent_loaded_, true) && !subagent.empty() && !report_.events.empty())
      return Load{{subagent}};
    note_events(context);
    if (!*file_) return core::Error(file_->error());
    const GuardActor::Acting acting = actor_.find(context);
    if (acting.caller.session == 0) return answer({}, {});
    const auto holder = context.state.lease_holder(acting.caller, acting.agent_id);
    const core::Lease* lease = holder ? context.state.own_lease_covering((*file_)->path, *holder) : nullptr;
    const std::string loop = record(context, acting, lease);
    std::string warning = holder && report_.success
                              ? warn_of_elsewhere(context.state, **file_, *holder, "after", context.now_us)
                              : std::string();
    if (const std::string notice = budget_notice(context.state, actor_.evidence_agent_id(), context.now_us);
        !notice.empty())
      warning += (warning.empty() ? "governor: " : " ") + notice;
    // Only what this worker's hook has taken; what the client has asked for itself stays.
    if (holder) {
      (void)context.state.end_lease_use(acting.caller, (*file_)->path, *holder, actor_.use(), context.now_us,
                                        context.changes);
    }
    return answer(loop, warning);
  }

 private:
  /// In the same commit as the write: the tool waits for one only.
  void note_events(CallContext& context) {
    if (report_.events.empty()) return;
    const auto acting = actor_.take_up(context);
    if (!acting) return;
    for (core::EvidenceCommand& command : report_.events) {
      for (core::EvidenceGiven& given : command.items) {
        auto* changed = std::get_if<core::FileChanged>(&given.item);
        if (changed != nullptr && *file_)
          changed->content = core::content_fingerprint((*file_)->state.sha256);
      }
    }
    const std::string main = actor_.evidence_agent_id();
    const std::string subagent = actor_.subagent_id();
    (void)record_events(context, acting->caller, subagent.empty() ? main : subagent,
                        subagent.empty() ? std::string() : main, report_.events);
    report_.events.clear();
  }

  /// Returns what circle the write closes, if it does.
  std::string record(CallContext& context, const GuardActor::Acting& acting, const core::Lease* lease) {
    GuardFile& file = **file_;
    if (!report_.success || file.no_copy || file.own) return {};
    core::State& state = context.state;
    const core::FileVersion* known = state.newest_version(file.real_path);
    core::FileWrite write;
    write.path = file.real_path;
    write.kind = core::FileVersionKind::reported;
    if (known != nullptr) write.before = known->state;
    write.after = file.state;
    write.agent_id = acting.agent_id;
    write.lease = lease != nullptr ? lease->key : 0;
    write.note = guard_lease_reason(report_.kind, report_.tool);
    // The watcher may have been faster: then this write is known, and with it the circle.
    write.found_written = known != nullptr && lease != nullptr && known->lease == lease->key &&
                          known->state.sha256 == file.state.sha256;
    const bool is_known = write.found_written;
    const auto outcome = state.record_write(acting.caller, std::move(write), context.now_us, context.changes);
    if (outcome.loop) return outcome.loop_message + kWayOut;
    const core::Agent* agent = acting.agent_id.empty() ? nullptr : state.find_agent(acting.agent_id);
    const bool in_loop = agent != nullptr && agent->profile.loop.kind != core::LoopKind::none;
    if (!is_known || !in_loop || agent->profile.loop.since_us < lease->granted_us) return {};
    return "Agent \"" + agent->profile.id + "\" writes in circles." + kWayOut;
  }

  [[nodiscard]] std::string answer(const std::string& loop, const std::string& warning) const {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("loop", !loop.empty()).field("reason", loop);
    json.field("warning", warning);
    json.field("content_sha256", (*file_)->state.sha256).end_object();
    return text;
  }

  GuardActor actor_;
  WrittenReport report_;
  std::optional<core::Result<GuardFile>> file_;
  bool is_subagent_loaded_ = false;
};

constexpr auto kGuardDoneParameters =
    joined(kHookParameters, {path().required("the file that was written"), flag("success").otherwise(true),
                             object("events", Parameter::Type::anything)});

ParsedCall parse_done(Arguments& arguments, const ToolEnvironment& environment) {
  HookOrigin origin = read_origin(arguments);
  WrittenReport report;
  report.kind = origin.kind;
  report.cwd = origin.cwd;
  report.tool = arguments.text("tool").value_or("");
  report.path = arguments.text("path").value_or("");
  report.success = arguments.flag("success");
  if (const auto* events = arguments.value("events")) {
    auto commands = read_events(events, {core::Provenance::measured, origin.cwd, environment.evidence()});
    if (!commands) return std::move(commands.error());
    report.events = *std::move(commands);
  }
  return std::make_unique<GuardDoneCall>(GuardActor(std::move(origin)), std::move(report));
}

}  // namespace

GovernorRequest guard_done_request() {
  return {{"governor/guard_done", Effect::idempotent, kGuardDoneParameters, parse_done}, core::Role::guard};
}

}  // namespace governor::daemon
