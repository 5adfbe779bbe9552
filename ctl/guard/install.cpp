#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/guard/git_repository.hpp"
#include "ctl/guard/guard_plan.hpp"
#include "ctl/guard/line_diff.hpp"
#include "ctl/printable.hpp"
#include "ctl/process_list.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kGitPatience{20};
// More than the guard takes at most: Claude Code lets a write go on when its hook is late.
constexpr int kHookTimeout = 15;

struct InstallRequest {
  std::string project = ".";
  std::string only;
  std::string fallback = "ask";
  double wait_seconds = 0;
  bool approve = false;
  bool dry_run = false;
  bool uninstall = false;
};

HookCommand hook_command(const InstallRequest& request) {
  std::string command = shell_word(own_executable()) + " guard claude-code --fallback " + request.fallback;
  if (!request.approve) command += " --grant none";
  const int wait = static_cast<int>(std::ceil(request.wait_seconds));
  if (wait > 0) command += " --wait " + std::to_string(wait);
  return {std::move(command), kHookTimeout + wait};
}

ipc::Result<GuardPlan> plan_git(const Context& context, const InstallRequest& request,
                                const std::string& project) {
  const GitRepository repository(context.environment, project);
  const auto hooks = repository.hooks_directory(ipc::Deadline::after(kGitPatience));
  if (!hooks) {
    if (request.only == "git") return hooks.error();
    return GuardPlan{project, "none", "", "", "no git repository, so no commit is checked", {}};
  }
  if (request.uninstall) return plan_commit_hook_removal(*hooks);
  auto plan = plan_commit_hook(*hooks, own_executable(), request.fallback == "deny" ? "deny" : "allow");
  if (plan && !hooks->starts_with(project + '/') && !plan->steps.empty()) {
    plan->note += std::string(plan->note.empty() ? "" : "; ") +
                  "this directory is not in the project: every checkout whose hooks are there runs it";
  }
  return plan;
}

ipc::Result<std::vector<GuardPlan>> make_plans(const Context& context, const InstallRequest& request) {
  std::error_code failure;
  const auto directory = std::filesystem::canonical(request.project, failure);
  if (failure || !std::filesystem::is_directory(directory)) {
    return ipc::Error{ipc::Errc::not_found, failure.value(), request.project + " is no directory"};
  }
  const std::string project = directory.string();
  std::vector<GuardPlan> plans;
  if (request.only != "git") {
    auto plan =
        request.uninstall ? plan_settings_removal(project) : plan_settings(project, hook_command(request));
    if (!plan) return plan.error();
    plans.push_back(std::move(*plan));
  }
  if (request.only != "claude-code") {
    auto plan = plan_git(context, request, project);
    if (!plan) return plan.error();
    plans.push_back(std::move(*plan));
  }
  return plans;
}

void write_plan(const Context& context, const GuardPlan& plan, bool dry_run) {
  static const std::vector<std::pair<std::string, std::string>> kDone = {{"create", "created"},
                                                                         {"change", "changed"},
                                                                         {"remove", "removed"},
                                                                         {"restore", "as it was before"},
                                                                         {"none", "nothing to do"}};
  std::string action;
  for (const auto& [name, done] : kDone)
    if (name == plan.action) action = dry_run && name != "none" ? "would be " + done : done;
  context.out << printable(plan.path) << ": " << action << '\n';
  if (!plan.note.empty()) context.out << "  " << printable(plan.note) << '\n';
  if (dry_run) context.out << line_diff(plan.before, plan.after);
}

int run_install(const Context& context, const InstallRequest& request) {
  // Whatever speaks against one file is found before anything is changed.
  const auto plans = make_plans(context, request);
  if (!plans) return report_failure(context, plans.error());
  json::array changes;
  for (const GuardPlan& plan : *plans) {
    if (!request.dry_run) {
      if (auto done = run_steps(plan.steps); !done) return report_failure(context, done.error());
    }
    if (context.json) {
      changes.push_back(json::object{{"path", plan.path},
                                     {"action", plan.action},
                                     {"note", plan.note},
                                     {"diff", line_diff(plan.before, plan.after)}});
    } else {
      write_plan(context, plan, request.dry_run);
    }
  }
  if (context.json) {
    context.out << json::serialize(
                       json::object{{"dry_run", request.dry_run}, {"changes", std::move(changes)}})
                << '\n';
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_install(CLI::App& app, Action& action) {
  CLI::App* install = app.add_subcommand("install", "Puts governor into a project")->require_subcommand(1);
  CLI::App* command =
      install->add_subcommand("guards", "Hooks of Claude Code and git that check writes and commits");
  const auto request = std::make_shared<InstallRequest>();
  command->add_option("--project", request->project, "Directory of the project")->capture_default_str();
  command->add_option("--only", request->only, "Only this one")->check(CLI::IsMember({"claude-code", "git"}));
  command
      ->add_option("--fallback", request->fallback,
                   "When the daemon cannot be asked: a write is asked about, denied or allowed; a commit is "
                   "refused with deny")
      ->check(CLI::IsMember({"ask", "deny", "allow"}))
      ->capture_default_str();
  command
      ->add_option("--wait", request->wait_seconds,
                   "Seconds that a write waits for a file that another holds")
      ->check(CLI::Range(0.0, 300.0));
  command->add_flag("--approve", request->approve,
                    "Claude Code does not ask about writes that governor grants; without, its own permission "
                    "rules go on as before");
  command->add_flag("--dry-run", request->dry_run, "Only show what would change");
  command->add_flag("--uninstall", request->uninstall, "Take them away and bring back what was there");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_install(context, *request); };
  });
}

}  // namespace governor::ctl
