#include <CLI/CLI.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/health_tone.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPatience{30};

ipc::Result<json::array> fetch_agents(const Context& context) {
  const auto deadline = ipc::Deadline::after(kPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return client.error();
  return fetch_rows(*client, {"list_agents", "agents"}, {}, 0, deadline);
}

std::string owner_text(const json::object& agent) {
  const json::object& owner = object_field(agent, "owner");
  if (!owner.empty())
    return text_field(owner, "client") + ", pid " + std::to_string(count_field(owner, "pid"));
  return flag_field(agent, "shared") ? "shared" : "-";
}

void write_table(const Context& context, const json::array& agents) {
  Table table({{"AGENT"},
               {"HEALTH"},
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
    table.add_row({text_field(agent, "agent_id"), Cell(health, health_tone(health)),
                   count_text(agent, "updates"), decimal(number_field(metrics, "risk_score"), 3),
                   decimal(number_field(metrics, "coherence"), 3), text_field(metrics, "verdict"),
                   owner_text(agent), text_field(agent, "last_update"), text_field(agent, "purpose")});
  }
  if (table.empty()) {
    context.out << "no agent has reported yet\n";
  } else {
    context.out << table.render(context.colour);
  }
}

int run_agents(const Context& context) {
  const auto agents = fetch_agents(context);
  if (!agents) return report_failure(context, agents.error());
  if (context.json) {
    const json::object body = {{"agents", *agents}, {"total", agents->size()}};
    context.out << json::serialize(body) << '\n';
  } else {
    write_table(context, *agents);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_agents(CLI::App& app, Action& action) {
  app.add_subcommand("agents", "Every agent with its health")->callback([&action] { action = run_agents; });
}

}  // namespace governor::ctl
