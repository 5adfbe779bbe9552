#include <optional>
#include <string>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/guard_actor.hpp"
#include "daemon/tools/guard_file.hpp"
#include "daemon/tools/guard_requests.hpp"
#include "daemon/tools/guard_text.hpp"
#include "daemon/tools/path_reference.hpp"

namespace governor::daemon {
namespace {

struct WriteReport {
  std::string kind;
  std::string path;
  std::string cwd;
  bool success = true;
};

class GuardDoneCall final : public ToolCall {
 public:
  GuardDoneCall(GuardActor actor, WriteReport report)
      : actor_(std::move(actor)), report_(std::move(report)) {}

  [[nodiscard]] bool depends_on_all() const override { return true; }

  void work(FileServices&) override {
    actor_.look_around();
    file_.emplace(look_at_file(report_.path, report_.cwd));
  }

  [[nodiscard]] std::vector<std::string> agents_after_work() override {
    return actor_.agent_id().empty() ? std::vector<std::string>{}
                                     : std::vector<std::string>{actor_.agent_id()};
  }

  core::Result<std::string> run(CallContext& context) override {
    if (!file_) {
      actor_.note_sessions(context.state);
      context.next = CallContext::Next::work;
      return std::string();
    }
    if (!*file_) return core::Error(file_->error());
    const GuardActor::Acting acting = actor_.find(context);
    std::string loop;
    if (acting.caller.session != 0) release(context, acting);
    return answer(loop);
  }

 private:
  /// The lease that the hook took before the write, not one that the client had asked for itself.
  void release(CallContext& context, const GuardActor::Acting& acting) {
    const auto holder = context.state.lease_holder(acting.caller, acting.agent_id);
    if (!holder) return;
    const core::Lease* lease = context.state.own_lease_covering((*file_)->path, *holder);
    if (lease == nullptr || !is_guard_lease(*lease, report_.kind)) return;
    (void)context.state.release_lease(acting.caller, lease->key, context.now_us, context.changes);
  }

  static std::string answer(const std::string& loop) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("loop", !loop.empty()).field("reason", loop).end_object();
    return text;
  }

  GuardActor actor_;
  WriteReport report_;
  std::optional<core::Result<GuardFile>> file_;
};

core::Result<std::unique_ptr<ToolCall>> parse_done(const boost::json::object& params,
                                                   const ToolEnvironment&) {
  Arguments arguments(params);
  HookOrigin origin = read_origin(arguments);
  WriteReport report;
  report.kind = origin.kind;
  report.cwd = origin.cwd;
  (void)arguments.text("tool", 64);
  report.path = arguments.text("path", kMaxPathBytes).value_or("");
  report.success = arguments.flag("success", true);
  if (report.path.empty()) arguments.require("path", "the file that was written");
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(
      std::make_unique<GuardDoneCall>(GuardActor(std::move(origin)), std::move(report)));
}

}  // namespace

const Tool& guard_done_request() {
  static const Tool request{"governor/guard_done", "", "", "", "{}", "{}", false, true, parse_done};
  return request;
}

}  // namespace governor::daemon
