#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/shared/order.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct LifecycleRequest {
  std::string agent;
  std::string reason;
  bool yes = false;
  std::string on;
};

json::object arguments_of(const LifecycleRequest& request) {
  json::object arguments = {{"agent_id", request.agent}};
  if (!request.reason.empty()) arguments["reason"] = request.reason;
  return arguments;
}

int run_change(const Context& context, std::string_view tool, const LifecycleRequest& request) {
  ToolCommand command{tool, arguments_of(request)};
  command.on = request.on;
  return run_tool(context, std::move(command), [&](const json::object& result) {
    context.out << printable(text_field(result, "agent_id")) << " is "
                << printable(text_field(result, "status")) << " (it was "
                << printable(text_field(result, "previous_status")) << ")\n";
  });
}

int run_reset(const Context& context, const LifecycleRequest& request) {
  return run_tool(context, {"reset_monitor", arguments_of(request)}, [&](const json::object& result) {
    context.out << printable(text_field(result, "agent_id")) << " begins anew, with epoch "
                << count_text(result, "epoch") << "; the history of its "
                << count_text(result, "previous_updates") << " updates is kept\n";
  });
}

int run_delete(const Context& context, const LifecycleRequest& request) {
  if (!request.yes) {
    context.err
        << "governorctl: deleting an agent cannot be taken back by governorctl; say --yes to do it, or "
           "use: governorctl archive\n";
    return static_cast<int>(ExitCode::bad_usage);
  }
  json::object arguments = arguments_of(request);
  arguments["confirm"] = true;
  ToolCommand command{"delete_agent", std::move(arguments)};
  command.patience = std::chrono::minutes(10);  // a backup is taken first
  command.doing = "deleting " + request.agent;
  return run_tool(context, std::move(command), [&](const json::object& result) {
    context.out << printable(text_field(result, "agent_id")) << " is deleted; what was there before is in "
                << printable(text_field(result, "backup")) << '\n';
  });
}

void add_change(CLI::App& app, Action& action, const char* name, const char* what, std::string_view tool,
                bool elsewhere = false) {
  CLI::App* command = app.add_subcommand(name, what);
  const auto request = std::make_shared<LifecycleRequest>();
  if (elsewhere) add_on(command, request->on);
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  command->add_option("--reason", request->reason, "Why, for the audit log and whoever is refused");
  command->callback([&action, request, tool] {
    action = [request, tool](const Context& context) { return run_change(context, tool, *request); };
  });
}

struct IdleRequest {
  int days = 7;
  std::string pattern;
  std::string tag;
  bool apply = false;
};

void write_idle(const Context& context, const json::object& result, bool applied) {
  Table table({{"AGENT"}, {"LAST UPDATE"}});
  for (const json::value& entry : array_field(result, "agents")) {
    if (!entry.is_object()) continue;
    table.add_row({text_field(entry.get_object(), "agent_id"),
                   relative_text(context, text_field(entry.get_object(), "last_update"))});
  }
  if (!table.empty()) context.out << table.render(context.colour) << '\n';
  context.out << count_text(result, "count") << (applied ? " archived" : " would be archived")
              << (applied || table.empty() ? "" : "; do it with --apply")
              << (flag_field(result, "more") ? "; there are more, run it again" : "") << '\n';
}

int run_archive_idle(const Context& context, const IdleRequest& request) {
  json::object arguments = {{"days", request.days}, {"dry_run", !request.apply}};
  if (!request.pattern.empty()) arguments["pattern"] = request.pattern;
  if (!request.tag.empty()) arguments["tag"] = request.tag;
  ToolCommand command{"archive_idle_agents", std::move(arguments)};
  command.patience = std::chrono::minutes(2);
  command.doing = "looking for idle agents";
  return run_tool(context, std::move(command),
                  [&](const json::object& result) { write_idle(context, result, request.apply); });
}

void add_archive_idle(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("archive-idle", "Archives agents that have not been updated for long");
  const auto request = std::make_shared<IdleRequest>();
  command->add_option("--days", request->days, "How long without an update")
      ->check(CLI::Range(0, 36500))
      ->capture_default_str();
  command->add_option("--pattern", request->pattern, "Only ids like this, with * and ?, such as 'test_*'");
  command->add_option("--tag", request->tag, "Only agents with this tag");
  command->add_flag("--apply", request->apply, "Apply it; without this, it is only shown");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_archive_idle(context, *request); };
  });
}

}  // namespace

void add_lifecycle(CLI::App& app, Action& action) {
  add_change(app, action, "pause", "Refuses an agent's updates until it is resumed", "pause_agent", true);
  add_change(app, action, "resume", "Resumes a paused or archived agent", "resume_agent", true);
  add_change(app, action, "archive", "Archives an agent; its history is kept", "archive_agent");
  CLI::App* reset = app.add_subcommand("reset", "Resets an agent to its initial state");
  const auto anew = std::make_shared<LifecycleRequest>();
  reset->add_option("ID", anew->agent, "The agent, as `governorctl agents` names it")->required();
  reset->add_option("--reason", anew->reason, "Why, for the audit log");
  reset->callback(
      [&action, anew] { action = [anew](const Context& context) { return run_reset(context, *anew); }; });
  CLI::App* command = app.add_subcommand("delete", "Deletes an agent after a backup");
  const auto request = std::make_shared<LifecycleRequest>();
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  command->add_option("--reason", request->reason, "Why, for the audit log");
  command->add_flag("--yes", request->yes, "Really");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_delete(context, *request); };
  });
  add_archive_idle(app, action);
}

}  // namespace governor::ctl
