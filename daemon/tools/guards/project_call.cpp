#include "daemon/tools/guards/project_call.hpp"

#include "daemon/watch/project_root.hpp"

namespace governor::daemon {

Step ProjectCall::run(CallContext& context) {
  if (context.begins) {
    actor_.note_sessions(context.state);
    return Work{[this](FileServices& services) {
                  actor_.look_around();
                  look(services);
                },
                directory_};
  }
  if (auto load = actor_.next_load(context.state)) return *std::move(load);
  const auto acting = actor_.take_up(context);
  if (!acting) return core::Error(acting.error());
  if (context.state.commands().project_of(acting->caller.session) == nullptr) {
    if (!found_) {
      return Work{[this](FileServices& services) { found_ = find_project(directory_, services.own()); },
                  directory_};
    }
    context.state.set_project(acting->caller, *found_, context.now_us, context.changes);
  }
  return act(context, *acting);
}

}  // namespace governor::daemon
