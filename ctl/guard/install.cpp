#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/duration_option.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/guard/git_repository.hpp"
#include "ctl/guard/guard_plan.hpp"
#include "ctl/guard/guards_check.hpp"
#include "ctl/guard/install_request.hpp"
#include "ctl/guard/line_diff.hpp"
#include "ctl/install/commands.hpp"
#include "ctl/printable.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

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

int run_check(const Context& context, const InstallRequest& request) {
  const auto deadline = ipc::Deadline::after(std::chrono::seconds(20));
  GuardsCheck check;
  if (request.user) {
    check = check_user_guards(context.environment);
  } else {
    const auto places = GitRepository(context.environment, request.project).places(deadline);
    if (!places && places.error().code != ipc::Errc::not_found)
      return report_failure(context, places.error());
    check = places ? check_guards(context.environment, *places)
                   : check_guards_without_git(
                         context.environment,
                         std::filesystem::absolute(request.project).lexically_normal().string());
  }
  if (context.json) {
    context.out << json::serialize(
                       json::object{{"installed", check.installed},
                                    {"missing", json::array(check.missing.begin(), check.missing.end())},
                                    {"remedy", check.missing.empty() ? "" : check.remedy}})
                << '\n';
  } else if (!check.installed) {
    context.out << (request.user ? "no guards are installed for all projects\n"
                                 : "no guards are installed here\n");
  } else if (check.missing.empty()) {
    context.out << "all guards are in place\n";
  } else {
    for (const std::string& missing : check.missing) context.out << printable(missing) << '\n';
    context.out << "To put them back: " << printable(check.remedy) << '\n';
  }
  const bool well = check.installed && check.missing.empty();
  return static_cast<int>(well ? ExitCode::done : ExitCode::failed);
}

int run_install(const Context& context, const InstallRequest& request) {
  if (request.check) return run_check(context, request);
  // Whatever speaks against one file is found before anything is changed.
  const auto plans = plan_installation(context, request);
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

void add_guards_installation(CLI::App& install, Action& action) {
  CLI::App* command =
      install.add_subcommand("guards", "Hooks of Claude Code and git that check writes and commits");
  const auto request = std::make_shared<InstallRequest>();
  CLI::Option* const project = command->add_option("--project", request->project, "Directory of the project")
                                   ->type_name("DIR")
                                   ->capture_default_str();
  command->add_option("--only", request->only, "Only this one")->check(CLI::IsMember({"claude-code", "git"}));
  command
      ->add_option("--fallback", request->fallback,
                   "When the daemon cannot be asked: a write is asked about, denied or allowed; a commit is "
                   "refused with deny")
      ->check(CLI::IsMember({"ask", "deny", "allow"}))
      ->capture_default_str();
  takes_durations(
      command->add_option("--wait", request->wait_seconds,
                          "Seconds that a write waits for a file that another holds, or such as 2m"))
      ->check(CLI::Range(0.0, 300.0));
  command->add_flag("--approve", request->approve,
                    "Claude Code does not ask about writes that governor grants; without, its own permission "
                    "rules go on as before");
  command->add_flag("--dry-run", request->dry_run, "Only show what would change");
  command->add_flag("--uninstall", request->uninstall, "Take them away and bring back what was there");
  CLI::Option* const shared = command->add_flag(
      "--shared", request->shared,
      "The hooks of Claude Code into .claude/settings.json, which teams commit: they run the "
      "governorctl of each one's PATH. Without, into settings.local.json of this machine");
  command
      ->add_flag("--user", request->user,
                 "The hooks of Claude Code for all projects, into the settings of the user; those of git are "
                 "a project's")
      ->excludes(project)
      ->excludes(shared);
  command->add_flag("--check", request->check, "Only say whether everything is still in place");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_install(context, *request); };
  });
}

}  // namespace governor::ctl
