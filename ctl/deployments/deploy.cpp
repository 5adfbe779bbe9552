#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/deployments/deployment_text.hpp"
#include "ctl/deployments/named_value.hpp"
#include "ctl/duration_option.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

/// A worktree may need a set-up command that installs a lot.
constexpr std::chrono::minutes kDeployPatience{11};

struct DeployRequest {
  std::string type;
  std::string prompt;
  std::string prompt_file;
  std::string runner;
  std::string task;
  std::string directory;
  bool worktree = false;
  std::string base;
  std::vector<std::string> variables;
  std::vector<std::string> budget;
  std::int64_t timeout_seconds = 0;
  int restarts = 0;
  std::int64_t backoff_seconds = 5;
  bool allow_duplicate = false;
};

int run_deploy(const Context& context, const DeployRequest& request) {
  json::object arguments{
      {"agent_type", request.type},
      {"cwd", request.directory.empty() ? std::filesystem::current_path().string()
                                        : std::filesystem::absolute(request.directory).string()},
      {"workspace", request.worktree ? "worktree" : "shared"},
      {"timeout_seconds", request.timeout_seconds},
      {"restarts", request.restarts},
      {"backoff_seconds", request.backoff_seconds},
      {"allow_duplicate", request.allow_duplicate}};
  for (const auto& [name, value] :
       {std::pair("prompt", &request.prompt), std::pair("runner", &request.runner),
        std::pair("task_id", &request.task), std::pair("base", &request.base)}) {
    if (!value->empty()) arguments[name] = *value;
  }
  if (!request.prompt_file.empty())
    arguments["prompt_file"] = std::filesystem::absolute(request.prompt_file).string();
  json::object variables;
  for (const std::string& given : request.variables) {
    const auto [name, value] = named_value(given);
    variables[name] = value;
  }
  if (!variables.empty()) arguments["env"] = std::move(variables);
  if (!request.budget.empty()) arguments["budget"] = budget_of(request.budget);
  return run_tool(
      context, {"deploy_headless_agent", std::move(arguments), kDeployPatience, "deploying " + request.type},
      [&](const json::object& result) {
        const json::object& deployment = object_field(result, "deployment");
        write_deployment(context, deployment);
        if (result.contains("runner_note"))
          context.out << "note: " << printable(text_field(result, "runner_note")) << '\n';
        context.out << "follow it: governorctl logs -f " << printable(text_field(deployment, "deployment_id"))
                    << '\n';
      });
}

}  // namespace

void add_deploy(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("deploy", "Starts a headless agent");
  const auto request = std::make_shared<DeployRequest>();
  command->add_option("TYPE", request->type, "What it is, such as reviewer; its id begins with it")
      ->required();
  auto* prompt = command->add_option("PROMPT", request->prompt, "What it is to do");
  command->add_option("--prompt-file", request->prompt_file, "A text file with that")
      ->check(CLI::ExistingFile)
      ->excludes(prompt);
  command->add_option("--runner", request->runner,
                      "Which program: claude (the default), codex, gemini, generic, or one of "
                      "the configuration");
  command->add_option("--task", request->task, "The task that it works on");
  command->add_option("--cwd", request->directory, "The project; else the current directory")
      ->check(CLI::ExistingDirectory);
  auto* worktree = command->add_flag("--worktree", request->worktree,
                                     "In a git worktree of its own, on a branch of its own");
  command
      ->add_option("--base", request->base,
                   "Of the worktree: a commit or local branch; else the current commit")
      ->needs(worktree);
  command->add_option("--env", request->variables, "NAME=VALUE, if the runner lets it through")
      ->check(check_named_value);
  command
      ->add_option("--budget", request->budget,
                   "turns=N, tokens=N, cost_usd=N or seconds=N; several are allowed")
      ->check(check_named_value);
  takes_durations(command->add_option("--timeout", request->timeout_seconds,
                                      "Stopped after so many seconds, or such as 2h; 0: never"))
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{7} * 86'400))
      ->capture_default_str();
  command->add_option("--restarts", request->restarts, "How often it is started again after a failure")
      ->check(CLI::Range(0, 10))
      ->capture_default_str();
  takes_durations(
      command->add_option("--backoff", request->backoff_seconds,
                          "Seconds before the first of these starts; twice as long before each one after it"))
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{3600}))
      ->capture_default_str();
  command->add_flag("--allow-duplicate", request->allow_duplicate,
                    "Another of this type may run for the task");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_deploy(context, *request); };
  });
}

}  // namespace governor::ctl
