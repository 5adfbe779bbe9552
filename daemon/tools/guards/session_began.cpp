#include <string>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/guards/project_call.hpp"
#include "daemon/tools/guards/session_context.hpp"
#include "daemon/tools/guards/tools.hpp"

namespace governor::daemon {
namespace {

class SessionBeganCall final : public ProjectCall {
 public:
  using ProjectCall::ProjectCall;

 protected:
  Answer act(CallContext& context, const GuardActor::Acting& acting) override {
    const std::string* root = context.state.commands().project_of(acting.caller.session);
    if (root != nullptr) context.state.branch_conflicts().want(*root);
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("agent_id", acting.agent_id);
    json.field("context", session_context(context.state, acting.caller.session, acting.agent_id,
                                          root != nullptr ? *root : std::string(), context.now_us));
    json.end_object();
    return text;
  }
};

constexpr auto kSessionBeganParameters = joined(kHookParameters, {path("project")});

ParsedCall parse_session_began(Arguments& arguments, const ToolEnvironment&) {
  HookOrigin origin = read_origin(arguments);
  (void)arguments.text("tool");
  std::string project = arguments.text("project").value_or(origin.cwd);
  return std::make_unique<SessionBeganCall>(GuardActor(std::move(origin)), std::move(project));
}

}  // namespace

GovernorRequest session_began_request() {
  return {{"governor/session_began", Effect::idempotent, kSessionBeganParameters, parse_session_began},
          core::Role::guard};
}

}  // namespace governor::daemon
