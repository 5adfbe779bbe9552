// Alerts: one for each cause, for as long as it lasts.
#include <fmt/format.h>

#include <algorithm>

#include "core/state.hpp"

namespace governor::core {
namespace {

/// A cause that comes back within this time is the same one: its alert opens again instead of a new one.
constexpr std::int64_t kReopenUs = 600'000'000;
}  // namespace

void State::raise_alert(AlertInput input, std::int64_t now_us, Changes& changes) {
  const auto is_past = [&](const Alert& alert) {
    return alert.resolved_us != 0 && now_us - alert.resolved_us >= kReopenUs;
  };
  // All of them are looked through only when there are twice as many as the last time left: where thousands
  // of agents are in trouble at once, an alert must not cost more with each of them.
  if (alerts_.size() > many_alerts_) {
    std::erase_if(alerts_, [&](const auto& item) { return is_past(item.second); });
    many_alerts_ = std::max(kRememberedAlerts, 2 * alerts_.size());
  }
  const auto [it, inserted] = alerts_.try_emplace(input.cause);
  Alert& alert = it->second;
  if (!inserted && alert.resolved_us == 0) return;
  // What comes back after an acknowledgement is news; what nobody has looked at yet tells of its newest
  // coming.
  if (!inserted && !is_past(alert) && alert.acknowledged_us == 0) {
    alert.resolved_us = 0;
    alert.raised_us = now_us;
    alert.severity = input.severity;
    alert.message = std::move(input.message);
    changes.emplace_back(AlertSaved{alert, false});
    return;
  }
  alert = Alert{};
  alert.key = ++keys_.alert;
  alert.cause = std::move(input.cause);
  alert.kind = input.kind;
  alert.severity = input.severity;
  alert.agent_id = std::move(input.agent_id);
  alert.message = std::move(input.message);
  alert.raised_us = now_us;
  changes.emplace_back(AlertSaved{alert, true});
}

std::vector<Alert> State::open_alerts(AlertKind kind) const {
  std::vector<Alert> open;
  for (const auto& [cause, alert] : alerts_) {
    if (alert.kind == kind && alert.resolved_us == 0) open.push_back(alert);
  }
  return open;
}

void State::resolve_alert(const std::string& cause, std::int64_t now_us, Changes& changes) {
  const auto found = alerts_.find(cause);
  if (found == alerts_.end() || found->second.resolved_us != 0) return;
  found->second.resolved_us = now_us;
  changes.emplace_back(AlertSaved{found->second, false});
}

Result<Alert> State::acknowledge_alert(const Caller& caller, const Alert& stored, std::string note,
                                       std::int64_t now_us, Changes& changes) {
  if (auto error = check_decision(caller, "Whether an alert has been seen",
                                  fmt::format("governorctl alerts ack {}", stored.key)))
    return *std::move(error);
  const auto kept = alerts_.find(stored.cause);
  const bool is_kept = kept != alerts_.end() && kept->second.key == stored.key;
  Alert alert = is_kept ? kept->second : stored;
  if (alert.acknowledged_us != 0) return alert;  // the first acknowledgement stands
  const Session* session = find_session(caller.session);
  alert.acknowledged_us = now_us;
  alert.acknowledged_by = session != nullptr ? session->client_name : "";
  alert.note = std::move(note);
  Agent* agent = alert.agent_id.empty() ? nullptr : find_agent(alert.agent_id);
  if (is_kept) {
    const bool tells_of_loop =
        alert.kind == AlertKind::loop || (alert.kind == AlertKind::agent_critical && agent != nullptr &&
                                          agent->profile.loop.kind == LoopKind::repeated_reject);
    if (alert.resolved_us == 0 && tells_of_loop && agent != nullptr) {
      // A person has looked at it: the loop is over, with its cooldown.
      agent->watch.clear();
      files_.forget_rewrites(agent->profile.key);
      agent->profile.loop = LoopState{};
      save_profile(agent->profile, changes);
      if (alert.kind == AlertKind::loop) alert.resolved_us = now_us;
    }
    // These are events and do not last; a person has now seen them.
    const bool is_event =
        alert.kind == AlertKind::daemon_crash || alert.kind == AlertKind::clock_jump ||
        alert.kind == AlertKind::file_changed || alert.kind == AlertKind::watch_incomplete ||
        alert.kind == AlertKind::data_loss || alert.kind == AlertKind::risky_action ||
        alert.kind == AlertKind::registry_difference || alert.kind == AlertKind::deployment_spiral ||
        (alert.kind == AlertKind::loop && alert.agent_id.empty());
    if (is_event) {
      if (alert.resolved_us == 0) alert.resolved_us = now_us;
    }
    // What comes after an acknowledgement is news again.
    if (alert.resolved_us != 0) {
      alerts_.erase(kept);
    } else {
      kept->second = alert;
    }
  }
  changes.emplace_back(AlertSaved{alert, false});
  audit(caller, "alert_acknowledged", agent != nullptr ? agent->profile.key : 0,
        alert.cause + (alert.note.empty() ? "" : ": " + alert.note), now_us, changes);
  return alert;
}

}  // namespace governor::core
