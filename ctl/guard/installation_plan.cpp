#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ctl/guard/claude_switches.hpp"
#include "ctl/guard/guard_record.hpp"
#include "ctl/guard/install_request.hpp"
#include "ctl/guard/shell_word.hpp"
#include "ctl/process_list.hpp"
#include "ipc/claude_hooks.hpp"

namespace governor::ctl {

namespace {

using Plans = std::vector<GuardPlan>;

constexpr std::chrono::seconds kInstallPatience{20};
// More than the guard takes at most: Claude Code lets a write go on when its hook is late.
// Of a machine, and of everybody who has the repository.
constexpr const char* kLocalSettings = "settings.local.json";
constexpr const char* kSharedSettings = "settings.json";

std::string claude_options(const InstallRequest& request) {
  std::string options = " --fallback " + request.fallback;
  if (!request.approve) options += " --grant none";
  const int wait = static_cast<int>(std::ceil(request.wait_seconds));
  if (wait > 0) options += " --wait " + std::to_string(wait);
  return options;
}

HookCommand hook_command(const InstallRequest& request) {
  // What others share must not name a path of this machine.
  const std::string program = request.shared ? "governorctl" : shell_word(own_executable());
  return {program + " guard claude-code" + claude_options(request),
          ipc::kClaudeHookSeconds + static_cast<int>(std::ceil(request.wait_seconds))};
}

std::string install_options(const InstallRequest& request, bool claude, bool git) {
  std::string options;
  if (!claude) options += " --only git";
  if (!git) options += " --only claude-code";
  if (request.fallback != "ask") options += " --fallback " + request.fallback;
  const int wait = static_cast<int>(std::ceil(request.wait_seconds));
  if (wait > 0) options += " --wait " + std::to_string(wait);
  if (request.approve) options += " --approve";
  if (request.shared) options += " --shared";
  return options.empty() ? " --fallback ask" : options;
}

class Installation {
 public:
  Installation(const Context& context, const InstallRequest& request, std::string project)
      : context_(context),
        request_(request),
        project_(std::move(project)),
        repository_(context.environment, project_),
        deadline_(ipc::Deadline::after(kInstallPatience)) {}

  ipc::Result<Plans> plan() {
    auto places = repository_.places(deadline_);
    if (!places && request_.only == "git") return places.error();
    if (places) {
      auto record = read_record(*places);
      if (!record) return record.error();
      places_ = std::move(*places);
      record_ = std::move(*record);
    }
    if (request_.only != "git") {
      if (auto done = request_.uninstall ? plan_claude_removal() : plan_claude(); !done) return done.error();
    }
    if (request_.only != "claude-code") {
      if (auto done = plan_git(); !done) return done.error();
    }
    if (places_) {
      if (auto done = plan_bookkeeping(); !done) return done.error();
    }
    return std::move(plans_);
  }

 private:
  ipc::Result<void> add(ipc::Result<GuardPlan> plan) {
    if (!plan) return plan.error();
    plans_.push_back(std::move(*plan));
    return {};
  }
  ipc::Result<void> add_if_any(ipc::Result<GuardPlan> plan) {
    if (plan && plan->action == "none") return {};
    return add(std::move(plan));
  }

  ipc::Result<void> plan_claude() {
    const std::string path = claude_settings(project_, request_.shared ? kSharedSettings : kLocalSettings);
    const std::string other = claude_settings(project_, request_.shared ? kLocalSettings : kSharedSettings);
    if (auto refused = refuse_tracked(); !refused) return refused.error();
    if (auto done = add(plan_settings(path, hook_command(request_))); !done) return done.error();
    plans_.back().machine_only = !request_.shared;
    const auto note = [&](const std::string& text) {
      plans_.back().note += (plans_.back().note.empty() ? "" : "; ") + text;
    };
    if (const auto off = hooks_switched_off(context_.environment, project_)) {
      note("WARNING: " + *off + "; until that is changed, no write is checked");
    }
    // In both, each write would be asked about twice.
    if (auto done = add_if_any(plan_settings_removal(other)); !done) return done.error();
    if (plans_.back().path == other) note("the hooks are in " + path + " now");
    std::erase(record_.settings, other);
    if (std::find(record_.settings.begin(), record_.settings.end(), path) == record_.settings.end())
      record_.settings.push_back(path);
    return {};
  }

  // What is in the repository is everybody's, and this names a path of this machine.
  ipc::Result<void> refuse_tracked() {
    const std::string path = project_ + "/.claude/" + kLocalSettings;
    if (request_.shared || !places_) return {};
    const auto tracked = repository_.is_tracked(path, deadline_);
    if (!tracked) return tracked.error();
    if (!*tracked) return {};
    return ipc::Error{
        ipc::Errc::protocol_error, 0,
        path +
            " is left as it is: git has it, so a path of this machine would be committed. Take it "
            "out (git rm --cached), or put the hooks where all have them: --shared"};
  }

  ipc::Result<void> plan_claude_removal() {
    const std::size_t before = plans_.size();
    for (const char* name : {kLocalSettings, kSharedSettings}) {
      const std::string path = claude_settings(project_, name);
      if (auto done = add_if_any(plan_settings_removal(path)); !done) return done.error();
      std::erase(record_.settings, path);
    }
    if (plans_.size() == before)
      plans_.push_back({project_ + "/.claude", "none", "", "", "no hook of governor is there", {}});
    return {};
  }

  ipc::Result<void> plan_git() {
    if (!places_) {
      plans_.push_back({project_, "none", "", "", "no git repository, so no commit is checked", {}});
      return {};
    }
    auto hooks = request_.uninstall ? plan_hooks_removal(*places_) : plan_hooks(*places_);
    if (!hooks) return hooks.error();
    const std::size_t before = plans_.size();
    for (GuardPlan& plan : *hooks) {
      if (request_.uninstall && plan.action == "none") continue;
      if (!request_.uninstall && !plan.steps.empty()) note_where(plan);
      plans_.push_back(std::move(plan));
    }
    const std::string fallback = request_.fallback == "deny" ? "deny" : "allow";
    if (auto done = request_.uninstall ? add_if_any(plan_guard_script_removal(*places_))
                                       : add(plan_guard_script(*places_, own_executable(), fallback));
        !done)
      return done.error();
    if (plans_.size() == before)
      plans_.push_back({places_->hooks, "none", "", "", "no hook of governor is there", {}});
    return {};
  }

  void note_where(GuardPlan& plan) const {
    const auto note = [&plan](const std::string& text) {
      plan.note += (plan.note.empty() ? "" : "; ") + text;
    };
    if (!is_within(plan.path, places_->top) && !is_within(plan.path, places_->common)) {
      note("this directory is not in the project: every checkout whose hooks are there runs it");
    } else if (!is_within(plan.path, project_)) {
      note("this directory is not in the project: every checkout of the repository runs it");
    } else if (!plan.machine_only && is_within(plan.path, places_->top) &&
               !is_within(plan.path, places_->common)) {
      note("if git has this file, the lines can be committed: where there is no governor they do nothing");
    }
  }

  ipc::Result<void> plan_bookkeeping() {
    const bool git = request_.only == "claude-code" ? is_there(guard_script(*places_)) : !request_.uninstall;
    const bool claude = !record_.settings.empty();
    if (!request_.uninstall) record_.options = install_options(request_, claude, git);
    if (!claude && !git) record_.options.clear();
    if (auto done = add_if_any(plan_record(*places_, record_)); !done) return done.error();
    std::vector<std::string> files;
    for (const GuardPlan& plan : plans_)
      if (request_.uninstall || plan.machine_only) files.push_back(plan.path);
    return add_if_any(plan_exclusion(*places_, files, !request_.uninstall));
  }

  const Context& context_;
  const InstallRequest& request_;
  std::string project_;
  GitRepository repository_;
  ipc::Deadline deadline_;
  std::optional<GitPlaces> places_;
  GuardRecord record_;
  Plans plans_;
};

}  // namespace

namespace {

ipc::Result<Plans> plan_for_user(const Context& context, const InstallRequest& request) {
  if (request.only == "git") {
    return ipc::Error{ipc::Errc::protocol_error, 0,
                      "the hooks of git are a project's, so --user has none of them; use --project"};
  }
  const std::string path = claude_settings_of_user(context.environment);
  if (!path.starts_with('/')) {
    return ipc::Error{ipc::Errc::not_found, 0,
                      "HOME is not set, so it is not known where Claude Code has its settings"};
  }
  auto plan = request.uninstall ? plan_settings_removal(path) : plan_settings(path, hook_command(request));
  if (!plan) return plan.error();
  const auto off = request.uninstall ? std::nullopt : hooks_switched_off(context.environment, {});
  if (off) plan->note += (plan->note.empty() ? "WARNING: " : "; WARNING: ") + *off;
  return Plans{std::move(*plan)};
}

}  // namespace

ipc::Result<Plans> plan_installation(const Context& context, const InstallRequest& request) {
  if (request.user) return plan_for_user(context, request);
  std::error_code failure;
  const auto directory = std::filesystem::canonical(request.project, failure);
  if (failure || !std::filesystem::is_directory(directory)) {
    return ipc::Error{ipc::Errc::not_found, failure.value(), request.project + " is no directory"};
  }
  return Installation(context, request, directory.string()).plan();
}

}  // namespace governor::ctl
