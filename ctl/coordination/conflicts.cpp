#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/coordination/file_paths.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPredictionPatience{60};
constexpr std::size_t kShownConflictFiles = 3;

struct ConflictsRequest {
  std::string repository;
  std::vector<std::string> branches;
  bool exit_code = false;
};

std::string listed(const json::array& texts, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < texts.size() && i < most; ++i) {
    if (texts[i].is_string()) text += (text.empty() ? "" : ", ") + std::string(texts[i].get_string());
  }
  return text;
}

// A branch with those who work on it.
std::string side_of(const json::object& prediction, const json::object& pair, std::size_t place) {
  const json::array& names = array_field(pair, "branches");
  if (place >= names.size() || !names[place].is_string()) return "-";
  std::string name(names[place].get_string());
  for (const json::value& entry : array_field(prediction, "branches")) {
    if (!entry.is_object()) continue;
    const json::object& branch = entry.get_object();
    if (text_field(branch, branch.contains("branch") ? "branch" : "worktree") != name) continue;
    const std::string agents = listed(array_field(branch, "agents"), kShownConflictFiles);
    const bool uncommitted = flag_field(branch, "uncommitted");
    return name + (uncommitted ? " and what is not committed" : "") +
           (agents.empty() ? "" : " (" + agents + ")");
  }
  return name;
}

std::string files_of(const json::object& pair) {
  const json::array& files = array_field(pair, "files");
  std::string text = listed(files, kShownConflictFiles);
  const auto count = count_field(pair, "file_count");
  const auto more = count - static_cast<std::int64_t>(kShownConflictFiles);
  return more > 0 ? text + " and " + std::to_string(more) + " more" : text;
}

void write_conflicts(const Context& context, const json::object& prediction) {
  Table table({{"BRANCH"}, {"WITH"}, {"FILES"}});
  for (const json::value& entry : array_field(prediction, "conflicts")) {
    if (!entry.is_object()) continue;
    const json::object& pair = entry.get_object();
    table.add_row(
        {side_of(prediction, pair, 0), side_of(prediction, pair, 1), Cell(files_of(pair), Tone::bad)});
  }
  for (const json::value& entry : array_field(prediction, "unknown")) {
    if (!entry.is_object()) continue;
    const json::object& pair = entry.get_object();
    table.add_row({side_of(prediction, pair, 0), side_of(prediction, pair, 1),
                   Cell("not known: " + text_field(pair, "reason"), Tone::faint)});
  }
  if (!table.empty()) context.out << table.render(context.colour);
  const auto branches = array_field(prediction, "branches").size();
  const auto clean = count_field(prediction, "clean");
  context.out << branches << (branches == 1 ? " branch" : " branches") << " in worktrees, " << clean
              << (clean == 1 ? " pair merges" : " pairs merge") << " cleanly\n";
  if (const auto omitted = count_field(prediction, "omitted"); omitted > 0)
    context.out << omitted << " more branches were not looked at; name those you mean\n";
}

int run_conflicts(const Context& context, const ConflictsRequest& request) {
  json::object arguments = {
      {"repository", absolute_path(request.repository.empty() ? "." : request.repository)}};
  if (!request.branches.empty())
    arguments["branches"] = json::array(request.branches.begin(), request.branches.end());
  ToolCommand command{"predict_conflicts", std::move(arguments), kPredictionPatience, "merging branches"};
  return run_tool(
      context, std::move(command),
      [&](const json::object& prediction) { write_conflicts(context, prediction); },
      [&](const json::object& prediction) {
        const bool found = request.exit_code && !array_field(prediction, "conflicts").empty();
        return static_cast<int>(found ? ExitCode::found : ExitCode::done);
      });
}

}  // namespace

void add_conflicts(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("conflicts", "Which branches of a repository's worktrees will not merge");
  const auto request = std::make_shared<ConflictsRequest>();
  command->add_option("BRANCH", request->branches, "Only these, which need no worktree");
  command->add_option("--repository", request->repository, "A directory in it (default: this one)")
      ->type_name("DIR");
  command->add_flag("--exit-code", request->exit_code, "Exit with 4 if there are any");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_conflicts(context, *request); };
  });
}

}  // namespace governor::ctl
