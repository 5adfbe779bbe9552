// summary, telemetry: all agents together.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/governance/counted.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct FleetRequest {
  std::string status;
  std::string tag;
  std::string agent;
  int window = 1000;
};

std::string counts_line(const json::object& counts) {
  std::string line;
  for (const auto& item : counts) {
    const std::string name(item.key());
    if (count_field(counts, name) > 0)
      line += (line.empty() ? "" : ", ") + count_text(counts, name) + ' ' + name;
  }
  return line.empty() ? "-" : line;
}

std::string names_line(const json::array& names) {
  std::string line;
  for (const json::value& name : names)
    if (name.is_string()) line += (line.empty() ? "" : ", ") + std::string(name.get_string());
  return line;
}

void write_fleet_summary(const Context& context, const json::object& result) {
  context.out << counted(result, "agents", "agent") << ", " << count_text(result, "with_updates")
              << " with updates: mean risk " << decimal(number_field(result, "mean_risk"), 3)
              << ", mean coherence " << decimal(number_field(result, "mean_coherence"), 3) << "\n\n";
  Table table({{"BY"}, {"AGENTS"}});
  for (const char* by : {"status", "health", "decision", "trend"})
    table.add_row({by, counts_line(object_field(result, std::string("by_") + by))});
  context.out << table.render(context.colour);
  for (const char* which : {"critical", "degrading"}) {
    const std::string names = names_line(array_field(result, which));
    if (!names.empty())
      context.out << toned(which, Tone::bad, context.colour) << ": " << printable(names) << '\n';
  }
}

void write_telemetry(const Context& context, const json::object& result) {
  const json::object& confidence = object_field(result, "confidence");
  context.out << (result.contains("agent_id") ? printable(text_field(result, "agent_id")) : "all agents")
              << ": " << counted(result, "updates", "update") << "; "
              << counts_line(object_field(result, "decisions")) << '\n'
              << "lambda1 was to be adapted " << counted(result, "due", "time") << ", and was not "
              << counted(result, "skips", "time") << " for lack of confidence (skip rate "
              << decimal(number_field(result, "skip_rate"), 3) << ")\n";
  Table table({{"CONFIDENCE"}, {"", Align::right}});
  for (const auto& item : confidence)
    table.add_row({std::string(item.key()), decimal(number_field(confidence, item.key()), 3)});
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
  for (const json::value& entry : array_field(result, "suspicious")) {
    const std::string text = entry.is_string()   ? std::string(entry.get_string())
                             : entry.is_object() ? text_field(entry.get_object(), "pattern") + ": " +
                                                       text_field(entry.get_object(), "message")
                                                 : std::string();
    context.out << toned("suspicious", Tone::warning, context.colour) << ": " << printable(text) << '\n';
  }
}

}  // namespace

void add_summary(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("summary", "All agents summed up: health, decisions, trends");
  const auto request = std::make_shared<FleetRequest>();
  command->add_option("--status", request->status, "Only active, paused, archived or deleted ones")
      ->check(CLI::IsMember({"active", "paused", "archived", "deleted"}));
  command->add_option("--tag", request->tag, "Only those with this tag");
  command->callback([&action, request] {
    action = [request](const Context& context) {
      json::object arguments;
      if (!request->status.empty()) arguments["status"] = request->status;
      if (!request->tag.empty()) arguments["tag"] = request->tag;
      ToolCommand call{"aggregate_metrics", std::move(arguments), std::chrono::minutes(1), "summing up"};
      return run_tool(context, std::move(call),
                      [&](const json::object& result) { write_fleet_summary(context, result); });
    };
  });
}

void add_telemetry(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("telemetry", "How agents use their confidence, and whether that looks honest");
  const auto request = std::make_shared<FleetRequest>();
  command->add_option("--agent", request->agent, "Only this one; default: all");
  command->add_option("--window", request->window, "How many of the newest updates to look at")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback([&action, request] {
    action = [request](const Context& context) {
      json::object arguments{{"window", request->window}};
      if (!request->agent.empty()) arguments["agent_id"] = request->agent;
      ToolCommand call{"get_telemetry_metrics", std::move(arguments), std::chrono::minutes(1),
                       "reading updates"};
      return run_tool(context, std::move(call),
                      [&](const json::object& result) { write_telemetry(context, result); });
    };
  });
}

}  // namespace governor::ctl
