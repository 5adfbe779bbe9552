#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/health_tone.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/progress.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kAgentsPatience{30};

struct AgentsRequest {
  std::string status;
  std::string health;
  std::string tag;
  std::string text;
  bool summary = false;
};

json::object filters_of(const AgentsRequest& request) {
  json::object arguments;
  for (const auto& [name, value] :
       {std::pair("status", &request.status), std::pair("health", &request.health),
        std::pair("tag", &request.tag), std::pair("text", &request.text)}) {
    if (!value->empty()) arguments[name] = *value;
  }
  return arguments;
}

ipc::Result<json::array> fetch_agents(const Context& context, const AgentsRequest& request) {
  const auto deadline = ipc::Deadline::after(kAgentsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return client.error();
  Progress progress(context.err, context.err_on_terminal, "reading the list of agents");
  json::array agents;
  const auto done = fetch_pages(
      *client, {"list_agents", "agents"}, filters_of(request), 0, deadline,
      [&](const json::object& page, const json::array& rows) {
        agents.insert(agents.end(), rows.begin(), rows.end());
        const std::int64_t total = count_field(page, "total");
        progress.advance_to(agents.size(), static_cast<std::uint64_t>(std::max<std::int64_t>(total, 0)));
      });
  if (!done) return done.error();
  return agents;
}

std::string owner_text(const json::object& agent) {
  const json::object& owner = object_field(agent, "owner");
  if (!owner.empty())
    return text_field(owner, "client") + ", pid " + std::to_string(count_field(owner, "pid"));
  return flag_field(agent, "shared") ? "shared" : "-";
}

/// How much a word asks for a person; the worst first.
int urgency(const std::string& word) {
  switch (health_tone(word)) {
    case Tone::bad: return 0;
    case Tone::warning: return 1;
    case Tone::good: return 2;
    default: return 3;
  }
}

/// Those that work before those that do not, by their last decision, their health, their risk, and their ids.
json::array worst_first(json::array agents) {
  const auto order = [](const json::value& value) {
    const json::object& agent = value.get_object();
    const double risk = number_field(object_field(agent, "metrics"), "risk_score");
    return std::tuple(text_field(agent, "status") == "active" ? 0 : 1, urgency(text_field(agent, "decision")),
                      urgency(text_field(agent, "health")), risk > 0 ? -risk : 0,
                      text_field(agent, "agent_id"));
  };
  agents.erase(std::remove_if(agents.begin(), agents.end(),
                              [](const json::value& value) { return !value.is_object(); }),
               agents.end());
  std::stable_sort(agents.begin(), agents.end(), [&](const json::value& one, const json::value& other) {
    return order(one) < order(other);
  });
  return agents;
}

void write_table(const Context& context, json::array agents, bool filtered) {
  agents = worst_first(std::move(agents));
  Table table({{"AGENT"},
               {"STATUS"},
               {"HEALTH"},
               {"DECISION"},
               {"UPDATES", Align::right},
               {"RISK", Align::right},
               {"COHERENCE", Align::right},
               {"VERDICT"},
               {"OWNER"},
               {"LAST UPDATE"},
               {"PURPOSE"}});
  for (const json::value& entry : agents) {
    if (!entry.is_object()) continue;
    const json::object& agent = entry.get_object();
    const json::object& metrics = object_field(agent, "metrics");
    const std::string health = text_field(agent, "health");
    const std::string decision = text_field(agent, "decision");
    const std::string status = text_field(agent, "status");
    table.add_row(
        {text_field(agent, "agent_id"), Cell(status, status == "active" ? Tone::plain : Tone::faint),
         Cell(health, health_tone(health)), Cell(decision, health_tone(decision)),
         count_text(agent, "updates"), decimal(number_field(metrics, "risk_score"), 3),
         decimal(number_field(metrics, "coherence"), 3), text_field(metrics, "verdict"), owner_text(agent),
         relative_text(context, text_field(agent, "last_update")), text_field(agent, "purpose")});
  }
  if (table.empty()) {
    context.out << (filtered ? "no such agent\n" : "no agent has reported yet\n");
  } else {
    context.out << table.render(context.colour);
  }
}

void write_counts(const Context& context, const char* title, const json::object& counts) {
  Table table({{title}, {"AGENTS", Align::right}});
  for (const auto& item : counts) {
    const std::string name(item.key());
    table.add_row({Cell(name, health_tone(name)), count_text(counts, name)});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

int run_summary(const Context& context, const AgentsRequest& request) {
  json::object arguments = filters_of(request);
  arguments["summary_only"] = true;
  ToolCommand command{"list_agents", std::move(arguments), kAgentsPatience, "counting agents"};
  return run_tool(context, std::move(command), [&](const json::object& result) {
    context.out << count_text(result, "total") << " agents\n";
    write_counts(context, "STATUS", object_field(result, "by_status"));
    write_counts(context, "HEALTH", object_field(result, "by_health"));
  });
}

int run_agents(const Context& context, const AgentsRequest& request) {
  if (request.summary) return run_summary(context, request);
  const auto agents = fetch_agents(context, request);
  if (!agents) return report_failure(context, agents.error());
  if (context.json) {
    const json::object body = {{"agents", *agents}, {"total", agents->size()}};
    context.out << ipc::plain_json(body) << '\n';
  } else {
    write_table(context, *agents, !filters_of(request).empty());
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_agents(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("agents", "Every agent with its last decision and health, the worst first");
  const auto request = std::make_shared<AgentsRequest>();
  command->add_option("--status", request->status, "Only active, paused, archived or deleted ones, or all")
      ->check(CLI::IsMember({"active", "paused", "archived", "deleted", "all"}));
  command->add_option("--health", request->health, "Only unknown, healthy, degraded or critical ones")
      ->check(CLI::IsMember({"unknown", "healthy", "degraded", "critical"}));
  command->add_option("--tag", request->tag, "Only those with this tag");
  command->add_option("--text", request->text, "Only those with this in id, purpose, notes or tags");
  command->add_flag("--summary", request->summary, "Only how many there are");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_agents(context, *request); };
  });
}

}  // namespace governor::ctl
