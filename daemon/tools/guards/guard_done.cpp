#include <optional>
#include <string>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
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
    file_.emplace(look_at_file(report_.path, report_.cwd, services));
  }

  Step run(CallContext& context) override {
    if (!file_) {
      actor_.note_sessions(context.state);
      return Work{[this](FileServices& services) { look(services); }, place_of(report_.path, report_.cwd)};
    }
    if (!std::exchange(is_loaded_, true) && !actor_.agent_id().empty()) return Load{{actor_.agent_id()}};
    if (!*file_) return core::Error(file_->error());
    const GuardActor::Acting acting = actor_.find(context);
    if (acting.caller.session == 0) return answer({});
    const auto holder = context.state.lease_holder(acting.caller, acting.agent_id);
    const core::Lease* lease = holder ? context.state.own_lease_covering((*file_)->path, *holder) : nullptr;
    const std::string loop = record(context, acting, lease);
    // Only what this worker's hook has taken; what the client has asked for itself stays.
    if (holder) {
      (void)context.state.end_lease_use(acting.caller, (*file_)->path, *holder, actor_.use(), context.now_us,
                                        context.changes);
    }
    return answer(loop);
  }

 private:
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

  static std::string answer(const std::string& loop) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("loop", !loop.empty()).field("reason", loop).end_object();
    return text;
  }

  GuardActor actor_;
  WrittenReport report_;
  std::optional<core::Result<GuardFile>> file_;
  bool is_loaded_ = false;
};

constexpr auto kGuardDoneParameters =
    joined(kHookParameters, {path().required("the file that was written"), flag("success").otherwise(true)});

core::Result<std::unique_ptr<ToolCall>> parse_done(const boost::json::object& params,
                                                   const ToolEnvironment&) {
  Arguments arguments(params, kGuardDoneParameters);
  HookOrigin origin = read_origin(arguments);
  WrittenReport report;
  report.kind = origin.kind;
  report.cwd = origin.cwd;
  report.tool = arguments.text("tool").value_or("");
  report.path = arguments.text("path").value_or("");
  report.success = arguments.flag("success");
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(
      std::make_unique<GuardDoneCall>(GuardActor(std::move(origin)), std::move(report)));
}

}  // namespace

const Tool& guard_done_request() {
  static const Tool request{
      "governor/guard_done", "", "", "", kGuardDoneParameters, "", false, true, parse_done};
  return request;
}

}  // namespace governor::daemon
