// observe, compare: what statistics say of agents.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/governance/counted.hpp"
#include "ctl/health_tone.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct AnalysisRequest {
  std::string agent;
  std::vector<std::string> agents;
  int window = 20;
};

Tone trend_tone(const std::string& trend) {
  if (trend == "improving") return Tone::good;
  return trend == "degrading" ? Tone::bad : Tone::plain;
}

void write_observed(const Context& context, const json::object& result) {
  const json::object& summary = object_field(result, "summary");
  const json::object& decisions = object_field(summary, "decisions");
  const std::string health = text_field(object_field(result, "health"), "status");
  const std::string trend = text_field(result, "trend");
  context.out << printable(text_field(result, "agent_id")) << ": "
              << toned(printable(health), health_tone(health), context.colour) << ", "
              << toned(printable(trend), trend_tone(trend), context.colour) << '\n';
  if (!summary.empty()) {
    context.out << "its newest " << counted(summary, "updates", "update") << ": mean risk "
                << decimal(number_field(summary, "mean_risk"), 3) << ", mean coherence "
                << decimal(number_field(summary, "mean_coherence"), 3) << "; "
                << count_text(decisions, "approve") << " approve, " << count_text(decisions, "revise")
                << " revise, " << count_text(decisions, "reject") << " reject\n";
  }
  for (const json::value& entry : array_field(result, "anomalies")) {
    if (!entry.is_object()) continue;
    const std::string severity = text_field(entry.get_object(), "severity");
    context.out << toned(printable(severity), severity == "high" ? Tone::bad : Tone::warning, context.colour)
                << ": " << printable(text_field(entry.get_object(), "message")) << '\n';
  }
  const json::object& metrics = object_field(result, "metrics");
  Table table({{"FIGURE"}, {"NOW", Align::right}, {"TREND"}});
  for (const auto& item : object_field(result, "trends")) {
    const std::string name(item.key());
    const std::string figure = name == "risk" ? "risk_score" : name;
    table.add_row({name, decimal(number_field(metrics, figure), 3),
                   text_field(object_field(result, "trends"), item.key())});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

void write_compared(const Context& context, const json::object& result) {
  Table agents({{"AGENT"},
                {"HEALTH"},
                {"TREND"},
                {"UPDATES", Align::right},
                {"RISK", Align::right},
                {"COHERENCE", Align::right},
                {"VERDICT"}});
  for (const json::value& entry : array_field(result, "agents")) {
    if (!entry.is_object()) continue;
    const json::object& agent = entry.get_object();
    const json::object& metrics = object_field(agent, "metrics");
    const std::string health = text_field(object_field(agent, "health"), "status");
    const std::string trend = text_field(agent, "trend");
    agents.add_row({text_field(agent, "agent_id"), Cell(health, health_tone(health)),
                    Cell(trend, trend_tone(trend)), count_text(agent, "updates"),
                    decimal(number_field(metrics, "risk_score"), 3),
                    decimal(number_field(metrics, "coherence"), 3), text_field(metrics, "verdict")});
  }
  context.out << agents.render(context.colour);
  Table differences({{"FIGURE"}, {"LOWEST"}, {"HIGHEST"}, {"APART", Align::right}});
  for (const json::value& entry : array_field(result, "differences")) {
    if (!entry.is_object()) continue;
    const json::object& difference = entry.get_object();
    const auto end = [&](const char* which) {
      const json::object& one = object_field(difference, which);
      return decimal(number_field(one, "value"), 3) + ", " + text_field(one, "agent_id");
    };
    differences.add_row({text_field(difference, "metric"), end("lowest"), end("highest"),
                         decimal(number_field(difference, "spread"), 3)});
  }
  if (differences.empty()) {
    context.out << "\nno figure in which they are 0.05 or more apart\n";
  } else {
    context.out << '\n' << differences.render(context.colour);
  }
  if (result.contains("similarity"))
    context.out << "\nsimilarity " << decimal(number_field(result, "similarity"), 2) << " (1: the same)\n";
}

}  // namespace

void add_observe(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("observe", "Where an agent is heading: trends and anomalies");
  const auto request = std::make_shared<AnalysisRequest>();
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  command->add_option("--window", request->window, "How many of its newest updates to sum up")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback([&action, request] {
    action = [request](const Context& context) {
      ToolCommand call{"observe_agent", {{"agent_id", request->agent}, {"window", request->window}}};
      return run_tool(context, std::move(call),
                      [&](const json::object& result) { write_observed(context, result); });
    };
  });
}

void add_compare(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("compare", "How agents stand side by side, and where they differ");
  const auto request = std::make_shared<AnalysisRequest>();
  command->add_option("ID", request->agents, "The agents, 2 to 20")->required()->expected(2, 20);
  command->callback([&action, request] {
    action = [request](const Context& context) {
      ToolCommand call{"compare_agents",
                       {{"agent_ids", json::array(request->agents.begin(), request->agents.end())}}};
      return run_tool(context, std::move(call),
                      [&](const json::object& result) { write_compared(context, result); });
    };
  });
}

}  // namespace governor::ctl
