#include <string>
#include <utility>
#include <vector>

#include "daemon/files/file_services.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/tools/guards/guard_file.hpp"
#include "daemon/tools/guards/project_call.hpp"
#include "daemon/tools/guards/tools.hpp"
#include "daemon/watch/watch_filter.hpp"

namespace governor::daemon {
namespace {

struct CommandNotice {
  std::string tool;
  std::string cwd;
  std::vector<std::string> named;
};

class CommandBeganCall final : public ProjectCall {
 public:
  CommandBeganCall(GuardActor actor, std::string project, CommandNotice notice)
      : ProjectCall(std::move(actor), std::move(project)), notice_(std::move(notice)) {}

 protected:
  void look(FileServices& services) override {
    files_.clear();
    WatchFilter filter([&own = services.own()](std::string_view path) { return own.contains(path); });
    for (const std::string& name : notice_.named) {
      const auto resolved = resolve_file(name, notice_.cwd);
      // What git leaves out is nobody's business, unless it is leased or protected, and then it is watched.
      if (!resolved || filter.is_ignored(resolved->path)) continue;
      auto file = look_at_file(name, notice_.cwd, services);
      if (file && !file->own && !file->no_copy && file->state.exists()) files_.push_back(std::move(*file));
    }
  }

  Answer act(CallContext& context, const GuardActor::Acting& acting) override {
    core::State& state = context.state;
    core::RunningCommand command;
    // The daemon may be killed before the command is over: what files held before it must be known then.
    const std::size_t known = context.changes.size();
    for (GuardFile& file : std::exchange(files_, {})) {
      core::FileChange change;
      change.path = file.real_path;
      change.after = std::move(file.state);
      if (state.newest_version(file.real_path) == nullptr) change.when = core::FileChange::When::first_look;
      state.record_change(std::move(change), context.now_us, context.changes);
      command.named.push_back(std::move(file.real_path));
    }
    const bool is_news = context.changes.size() > known;
    command.session = acting.caller.session;
    command.tool_session = actor().tool_session();
    command.worker = acting.caller.worker;
    command.agent_id = acting.agent_id;
    command.use = actor().use();
    command.tool = notice_.tool;
    command.root = *state.commands().project_of(acting.caller.session);
    command.began_us = context.now_us;
    state.commands().begin(std::move(command));
    return {std::string("{}"), is_news ? Depends::everything : Depends::its_agents};
  }

 private:
  CommandNotice notice_;
  std::vector<GuardFile> files_;
};

constexpr auto kCommandBeganParameters =
    joined(kHookParameters, {path("project"), texts("named", kMaxNamedFiles, kMaxPathBytes)});

ParsedCall parse_command_began(Arguments& arguments, const ToolEnvironment&) {
  HookOrigin origin = read_origin(arguments);
  CommandNotice notice;
  notice.tool = arguments.text("tool").value_or("");
  notice.cwd = origin.cwd;
  std::string project = arguments.text("project").value_or(origin.cwd);
  if (auto named = arguments.texts("named")) notice.named = *std::move(named);
  return std::make_unique<CommandBeganCall>(GuardActor(std::move(origin)), std::move(project),
                                            std::move(notice));
}

}  // namespace

GovernorRequest command_began_request() {
  return {{"governor/command_began", Effect::idempotent, kCommandBeganParameters, parse_command_began},
          core::Role::guard};
}

}  // namespace governor::daemon
