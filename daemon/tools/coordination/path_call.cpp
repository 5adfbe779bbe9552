#include "daemon/tools/coordination/path_call.hpp"

#include <utility>

#include "daemon/files/file_services.hpp"
#include "daemon/tools/coordination/path_reference.hpp"

namespace governor::daemon {

Step PathCall::work_on_paths() {
  return Work{[this](FileServices& files) { work(files); }, place_of(given_paths_.front(), directory_)};
}

void PathCall::work(FileServices& files) {
  resolved_ = true;
  for (const std::string& given : given_paths_) {
    auto path = is_about_writing() ? callers_path(given, directory_, files) : resolve_path(given, directory_);
    if (!path) {
      failure_ = std::move(path.error());
      return;
    }
    paths_.push_back(worktrees_.locate(*path));
    failure_ = on_path(*path, files);
    if (failure_) return;
    auto unshared = files.share(paths_.back());
    if (unshared && is_about_writing()) {
      failure_ = std::move(unshared);
      return;
    }
  }
}

Step PathCall::run(CallContext& context) {
  if (context.begins) {
    auto agent = acting_agent(context, given_agent_);
    if (!agent) return std::move(agent.error());
    agent_ = *std::move(agent);
    directory_ = working_directory(context);
    if (!agent_.empty()) return Load{{agent_}};
  }
  if (!resolved_ && !given_paths_.empty()) return work_on_paths();
  if (failure_) return *failure_;
  return run_with_paths(context);
}

}  // namespace governor::daemon
