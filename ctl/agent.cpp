#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/agent_standing.hpp"
#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/evidence/evidence_line.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/health_tone.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kAgentPatience{10};

struct AgentRequest {
  std::string agent;
  int rows = 10;
  int evidence = 15;
};

struct Answer {
  json::object metrics;
  json::object history;
  json::array evidence;
  AgentStanding standing;
};

ipc::Result<Answer> fetch_agent(const Context& context, const AgentRequest& request) {
  const auto deadline = ipc::Deadline::after(kAgentPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return client.error();
  auto metrics = call_tool(*client, "get_governance_metrics",
                           {{"agent_id", request.agent}, {"detail", "full"}}, deadline);
  if (!metrics) return metrics.error();
  auto history =
      call_tool(*client, "get_system_history",
                {{"agent_id", request.agent}, {"format", "json"}, {"limit", request.rows}}, deadline);
  if (!history) return history.error();
  auto standing = fetch_standing(*client, request.agent, deadline);
  if (!standing) return standing.error();
  auto evidence = request.evidence == 0 ? ipc::Result<json::array>(json::array())
                                        : fetch_evidence(*client, request.agent, request.evidence, deadline);
  if (!evidence) return evidence.error();
  return Answer{std::move(*metrics), std::move(*history), std::move(*evidence), std::move(*standing)};
}

void write_metrics(const Context& context, const json::object& answer, const AgentStanding& standing) {
  const json::object& health = object_field(answer, "health");
  const json::object& metrics = object_field(answer, "metrics");
  const json::object& decision = object_field(answer, "decision");
  const std::string status = text_field(health, "status");
  const std::string life = text_field(answer, "status");
  context.out << printable(text_field(answer, "agent_id"))
              << (life == "active" || life == "-" ? "" : " (" + printable(life) + ")") << ": "
              << toned(printable(status), health_tone(status), context.colour) << ", "
              << printable(text_field(health, "message")) << '\n';
  if (!decision.empty()) {
    const std::string act = text_field(decision, "action");
    context.out << "last decision: " << toned(printable(act), health_tone(act), context.colour) << ", "
                << printable(text_field(decision, "reason")) << '\n';
    if (flag_field(decision, "require_human")) {
      context.out << toned("a person is asked to look", Tone::bad, context.colour) << '\n';
      for (const json::value& reason : array_field(decision, "human_reasons")) {
        if (reason.is_string()) context.out << "  " << printable(reason.get_string()) << '\n';
      }
    }
  }
  write_standing(context, standing);
  Table table({{"UPDATES", Align::right},
               {"E", Align::right},
               {"I", Align::right},
               {"S", Align::right},
               {"V", Align::right},
               {"COHERENCE", Align::right},
               {"RISK", Align::right},
               {"PHI", Align::right},
               {"VERDICT"},
               {"LAMBDA1", Align::right}});
  const auto figure = [&](const char* name) { return decimal(number_field(metrics, name), 3); };
  table.add_row({count_text(metrics, "updates"), figure("E"), figure("I"), figure("S"), figure("V"),
                 figure("coherence"), figure("risk_score"), figure("phi"), text_field(metrics, "verdict"),
                 figure("lambda1")});
  context.out << '\n' << table.render(context.colour);
}

void write_history(const Context& context, const json::object& history) {
  std::vector<const json::object*> rows;
  for (const json::value& row : array_field(history, "rows")) {
    if (row.is_object()) rows.push_back(&row.get_object());
  }
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    return count_field(*a, "update") > count_field(*b, "update");
  });
  Table table({{"UPDATE", Align::right},
               {"TIME"},
               {"DECISION"},
               {"HEALTH"},
               {"RISK", Align::right},
               {"COHERENCE", Align::right},
               {"CONFIDENCE", Align::right},
               {"HUMAN"}});
  for (const json::object* row : rows) {
    const std::string action = text_field(*row, "action");
    const std::string health = text_field(*row, "health");
    table.add_row({count_text(*row, "update"), local_text(context, text_field(*row, "timestamp")),
                   Cell(action, health_tone(action)), Cell(health, health_tone(health)),
                   decimal(number_field(*row, "risk_score"), 3), decimal(number_field(*row, "coherence"), 3),
                   decimal(number_field(*row, "confidence"), 2), human_cell(*row)});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

/// Who wrote which file when, tests, refusals: the newest at the bottom, as one reads a story.
void write_timeline(const Context& context, const json::array& newest_first) {
  if (newest_first.empty()) return;
  Table table({{"TIME"}, {"TURN", Align::right}, {"WHAT"}, {"FROM"}});
  for (auto value = newest_first.rbegin(); value != newest_first.rend(); ++value) {
    if (!value->is_object()) continue;
    const json::object& entry = value->get_object();
    table.add_row({local_text(context, text_field(entry, "timestamp")), count_text(entry, "turn"),
                   Cell(evidence_text(entry), evidence_tone(entry)), text_field(entry, "provenance")});
  }
  context.out << '\n' << table.render(context.colour);
}

int run_agent(const Context& context, const AgentRequest& request) {
  const auto answer = fetch_agent(context, request);
  if (!answer) return report_failure(context, answer.error());
  if (context.json) {
    const json::object body = {{"metrics", answer->metrics},        {"history", answer->history},
                               {"evidence", answer->evidence},      {"metadata", answer->standing.metadata},
                               {"leases", answer->standing.leases}, {"tasks", answer->standing.tasks}};
    context.out << ipc::plain_json(body) << '\n';
  } else {
    write_metrics(context, answer->metrics, answer->standing);
    write_history(context, answer->history);
    write_timeline(context, answer->evidence);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_agent(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "agent", "One agent: its state, purpose, owner, leases, tasks, latest updates, and what it did");
  const auto request = std::make_shared<AgentRequest>();
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  command->add_option("--rows", request->rows, "How many of its latest updates to show")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--evidence", request->evidence, "How much of what it did to show")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_agent(context, *request); };
  });
}

}  // namespace governor::ctl
