#include <string>
#include <utility>

#include "daemon/tools/guards/guard_actor.hpp"
#include "daemon/tools/guards/tools.hpp"

namespace governor::daemon {
namespace {

/// The tool's conversation is over, though its process may begin another: what it holds is free at once, and
/// nobody waits for the process to be seen to have gone.
class SessionEndedCall final : public ToolCall {
 public:
  explicit SessionEndedCall(GuardActor actor) : actor_(std::move(actor)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      actor_.note_sessions(context.state);
      return Work{[this](FileServices&) { actor_.look_around(); }};
    }
    if (auto load = actor_.next_load(context.state)) return *std::move(load);
    core::State& state = context.state;
    const GuardActor::Acting acting = actor_.find(context);
    if (acting.caller.session != 0) {
      end_turn(context, acting);
      state.release_leases_of(acting.caller, context.now_us, context.changes);
      state.commands().end_session(acting.caller.session, context.now_us);
    }
    if (const core::Session* own = state.find_session(actor_.tool_session()))
      state.end_session(own->key, context.now_us, context.changes);
    return Answer(std::string("{}"), Depends::its_agents);
  }

 private:
  /// One that was interrupted has not said that it ended.
  void end_turn(CallContext& context, const GuardActor::Acting& acting) const {
    const core::Agent* agent = context.state.find_agent(actor_.evidence_agent_id());
    if (agent == nullptr || !agent->behaviour.in_turn()) return;
    core::EvidenceCommand evidence;
    evidence.agent_id = actor_.evidence_agent_id();
    evidence.items.push_back({core::TurnEnded{}});
    (void)context.state.record_evidence(acting.caller, std::move(evidence), context.now_us, context.changes);
  }

  GuardActor actor_;
};

ParsedCall parse_session_ended(Arguments& arguments, const ToolEnvironment&) {
  HookOrigin origin = read_origin(arguments);
  (void)arguments.text("tool");
  return std::make_unique<SessionEndedCall>(GuardActor(std::move(origin)));
}

}  // namespace

GovernorRequest session_ended_request() {
  return {{"governor/session_ended", Effect::idempotent, kHookParameters, parse_session_ended},
          core::Role::guard};
}

}  // namespace governor::daemon
