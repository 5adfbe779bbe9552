#include "daemon/mcp/prompt_catalogue.hpp"

#include <array>

#include "core/agent_id.hpp"
#include "daemon/mcp/catalogue.hpp"
#include "daemon/mcp/extension.hpp"
#include "daemon/mcp/reply.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "ipc/duration.hpp"

namespace governor::daemon {
namespace {

constexpr int kShownEntries = 20;  // a model reads all of it
constexpr int kShownEvents = 100;
constexpr std::int64_t kDaySeconds = 86'400;

PromptSection section(std::string_view heading, std::string_view tool, boost::json::object arguments = {}) {
  if (!arguments.contains("limit")) arguments["limit"] = kShownEntries;
  return {heading, tool, std::move(arguments)};
}

/// Microseconds; none for what is neither a duration nor a moment.
std::optional<std::int64_t> begin_of(std::string_view since, std::int64_t now_us) {
  if (since.empty()) return now_us - kDaySeconds * 1'000'000;
  if (const auto seconds = ipc::parse_duration(since)) return now_us - *seconds * 1'000'000;
  return parse_iso_timestamp(since);
}

std::vector<PromptSection> fleet_sections(std::string_view, std::int64_t) {
  return {section("What waits for a person's word", "list_approvals"),
          section("Alerts that nobody has acknowledged", "list_alerts"),
          section("Critical agents", "list_agents", {{"health", "critical"}}),
          section("Headless agents that are not over, those that need a person first", "list_deployments",
                  {{"live", true}}),
          section("Who may write which files, and who waits", "list_leases"),
          section("Agents", "list_agents", {{"status", "active"}})};
}

std::vector<PromptSection> take_over_sections(std::string_view agent, std::int64_t) {
  if (agent.empty()) {
    return {section("Tasks that can be claimed now", "list_tasks", {{"ready", true}}),
            section("Tasks that are blocked", "list_tasks", {{"status", "blocked"}}),
            section("Tasks that somebody has", "list_tasks", {{"status", "in_progress"}}),
            section("Agents that are paused", "list_agents", {{"status", "paused"}}),
            section("Headless agents that are stuck", "list_deployments", {{"state", "stuck"}}),
            section("Headless agents that have failed", "list_deployments", {{"state", "failed"}}),
            section("Headless agents that were stopped", "list_deployments", {{"state", "stopped"}}),
            section("Leases, also of sessions that have ended", "list_leases")};
  }
  return {{"How it stands", "get_governance_metrics", {{"agent_id", agent}}},
          {"What is known of it", "get_agent_metadata", {{"agent_id", agent}}},
          section("Its newest updates", "get_system_history", {{"agent_id", agent}, {"limit", 10}}),
          section("Its tasks", "list_tasks", {{"agent", agent}}),
          section("Its leases", "list_leases", {{"agent_id", agent}}),
          section("What happened to it last", "query_audit_log", {{"agent_id", agent}})};
}

std::vector<PromptSection> standup_sections(std::string_view since, std::int64_t now_us) {
  const std::int64_t begin_us = begin_of(since, now_us).value_or(now_us);
  return {section("What happened, newest first", "query_audit_log",
                  {{"since", iso_timestamp(begin_us)}, {"limit", kShownEvents}}),
          section("What became of tasks, newest first", "query_audit_log",
                  {{"since", iso_timestamp(begin_us)}, {"event", "task_updated"}}),
          section("Tasks that somebody has", "list_tasks", {{"status", "in_progress"}}),
          section("Tasks that are blocked", "list_tasks", {{"status", "blocked"}}),
          section("Headless agents", "list_deployments"),
          section("Alerts that nobody has acknowledged", "list_alerts")};
}

constexpr std::array<Prompt, 3> kPrompts{{
    {"fleet_status",
     "How the fleet stands",
     "What needs a person first, then who works and what they hold.",
     "Tell me how the agents of this machine stand. First what needs me: requests, stuck or failed work, "
     "critical agents, alerts; for each the one thing that I should do, with its command of governorctl if "
     "you "
     "know it. Then in a few lines who works on what, and who waits for whom.",
     {PromptArgument::Kind::agent_id, {}, {}},
     fleet_sections},
    {"take_over",
     "What to take over",
     "Work that nobody goes on with, or all that one agent leaves behind.",
     "I want to go on with work that another agent has left. Say what there is to take over, the most urgent "
     "first, what has been done of it, what may be wrong with it, and what the first step would be. Claim "
     "and "
     "change nothing before I have said which.",
     {PromptArgument::Kind::agent_id, "agent_id", "The agent whose work it is; without, that of all"},
     take_over_sections},
    {"standup",
     "What has been done",
     "What was done, decided and refused since a moment, and what is next.",
     "Report as in a daily meeting of a team: for each agent what it has finished, what it works on, and "
     "what "
     "holds it up. Then what was refused or went wrong, and what should be decided today.",
     {PromptArgument::Kind::since, "since", "Such as 8h, 2d, or 2026-01-31T12:00:00Z; without, 24h"},
     standup_sections},
}};

}  // namespace

std::span<const Prompt> all_prompts() {
  return kPrompts;
}

const Prompt* find_prompt(std::string_view name) {
  for (const Prompt& prompt : kPrompts) {
    if (prompt.name == name) return &prompt;
  }
  return nullptr;
}

std::optional<core::Error> refuse_prompt_argument(const PromptArgument& argument, std::string_view given) {
  const std::string name(argument.name);
  if (argument.kind == PromptArgument::Kind::agent_id) return core::validate_agent_id(name, given);
  if (begin_of(given, 0)) return std::nullopt;
  return core::invalid_argument(name, std::string(given),
                                "a duration such as 8h or 2d, or a moment in ISO 8601");
}

std::string prompt_list_json(Revision revision) {
  std::string out = "{";
  out += result_preamble(revision);
  JsonWriter json(out);
  if (is_stateless(revision)) write_list_caching(json);
  json.key("prompts").begin_array();
  for (const Prompt& prompt : kPrompts) {
    json.begin_object().field("name", prompt.name);
    if (has_titles(revision)) json.field("title", prompt.title);
    json.field("description", prompt.description);
    if (!prompt.argument.name.empty()) {
      json.key("arguments").begin_array().begin_object().field("name", prompt.argument.name);
      json.field("description", prompt.argument.description).field("required", false);
      json.end_object().end_array();
    }
    json.end_object();
  }
  for (const std::string_view entry : extension().prompts) json.raw(entry);
  json.end_array();
  out += '}';
  return out;
}

}  // namespace governor::daemon
