#include "ctl/refusal.hpp"

#include <array>
#include <utility>

#include "ctl/json_fields.hpp"

namespace governor::ctl {

namespace {

using Word = std::pair<std::string_view, std::string_view>;

/// The command for each tool that an error may name; empty: there is none.
constexpr std::array<Word, 48> kCommands{{
    {"list_agents", "governorctl agents"},
    {"get_agent_metadata", "governorctl agent"},
    {"get_governance_metrics", "governorctl agent"},
    {"observe_agent", "governorctl observe"},
    {"get_system_history", "governorctl history"},
    {"pause_agent", "governorctl pause"},
    {"resume_agent", "governorctl resume"},
    {"archive_agent", "governorctl archive"},
    {"delete_agent", "governorctl delete"},
    {"archive_idle_agents", "governorctl archive-idle"},
    {"list_alerts", "governorctl alerts"},
    {"acknowledge_alert", "governorctl alerts ack"},
    {"query_audit_log", "governorctl audit"},
    {"list_leases", "governorctl leases"},
    {"list_backups", "governorctl backups"},
    {"restore_file", "governorctl restore"},
    {"list_tasks", "governorctl tasks"},
    {"get_task", "governorctl tasks show"},
    {"get_thresholds", "governorctl thresholds"},
    {"set_thresholds", "governorctl thresholds set"},
    {"check_calibration", "governorctl calibration"},
    {"export_to_file", "governorctl export"},
    {"diagnose_concurrency", "governorctl diagnose"},
    {"cleanup_stale_locks", "governorctl diagnose --remove-stale"},
    {"health_check", "governorctl health"},
    {"get_server_info", "governorctl status"},
    {"reset_monitor", "governorctl reset"},
    {"register_agent", ""},
    {"process_agent_update", ""},
    {"simulate_update", ""},
    {"update_agent_metadata", ""},
    {"request_write", ""},
    {"renew_write", ""},
    {"release_write", ""},
    {"check_write", "governorctl leases check"},
    {"commit_file", ""},
    {"define_task", "governorctl tasks create"},
    {"claim_task", ""},
    {"update_task", ""},
    {"record_outcome", "governorctl record-outcome"},
    {"compare_agents", "governorctl compare"},
    {"aggregate_metrics", "governorctl summary"},
    {"detect_anomalies", "governorctl anomalies"},
    {"get_telemetry_metrics", "governorctl telemetry"},
    {"list_deployments", "governorctl deployments"},
    {"wait_deployment", "governorctl deployments wait"},
    {"governor/hello", ""},
    {"governor/answered", ""},
}};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || c == '_' || c == '/';
}

/// The sentence with commands for tools; empty if one of them has none.
std::string translated(std::string_view sentence) {
  std::string text;
  std::size_t at = 0;
  while (at < sentence.size()) {
    std::size_t end = at;
    while (end < sentence.size() && is_name_character(sentence[end])) ++end;
    if (end == at) {
      text += sentence[at++];
      continue;
    }
    std::string_view word = sentence.substr(at, end - at);
    for (const auto& [tool, command] : kCommands) {
      if (word != tool) continue;
      if (command.empty()) return {};
      word = command;
      break;
    }
    text += word;
    at = end;
  }
  return text;
}

/// Where the sentence or clause ends: behind its full stop, or before its semicolon.
std::size_t end_of_clause(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ';') return i;
    if (text[i] == '.' && (i + 1 == text.size() || text[i + 1] == ' ')) return i + 1;
  }
  return text.size();
}

}  // namespace

std::string hint_for_person(std::string_view hint) {
  std::string text;
  while (!hint.empty()) {
    const std::size_t end = end_of_clause(hint);
    const std::string clause = translated(hint.substr(0, end));
    if (!clause.empty()) {
      const bool begins = text.empty() || text.ends_with('.');
      text += text.empty() ? "" : begins ? " " : "; ";
      text += clause;
    }
    hint.remove_prefix(end);
    while (!hint.empty() && (hint.front() == ';' || hint.front() == ' ')) hint.remove_prefix(1);
  }
  if (!text.empty() && !text.ends_with('.')) text += '.';
  return text;
}

std::string refusal_text(const boost::json::object& error) {
  std::string text = text_field(error, "code") + ": " + text_field(error, "message");
  if (error.contains("hint")) {
    const std::string hint = hint_for_person(text_field(error, "hint"));
    if (!hint.empty()) text += " " + hint;
  }
  return text;
}

}  // namespace governor::ctl
