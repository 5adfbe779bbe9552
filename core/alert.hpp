#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/keys.hpp"

namespace governor::core {

/// Stored: never renumber, only append.
enum class AlertKind : std::uint8_t {
  agent_critical = 1,
  loop = 2,
  low_disk = 3,
  storage = 4,
  daemon_crash = 5,
  clock_jump = 6,
  file_changed = 7,
  watch_incomplete = 8,
  data_loss = 9,
  risky_action = 10,
  deployment_waiting = 11,   ///< for a person
  deployment_stuck = 12,     ///< alive, and silent for long
  registry_difference = 13,  ///< between what is known of deployments and what there is
  branch_conflict = 14,
  approval_requested = 15,  ///< a person is asked for something
  deployment_spiral = 16,   ///< programs of a runner fail one after another
};
enum class AlertSeverity : std::uint8_t { warning = 1, critical = 2 };

std::string_view to_string(AlertKind kind);
std::string_view to_string(AlertSeverity severity);

/// Something a person should know. One alert stands for one cause for as long as the cause lasts.
struct Alert {
  AlertKey key = 0;
  std::string cause;  ///< the same text for the same cause, such as "loop/<agent id>"
  AlertKind kind = AlertKind::storage;
  AlertSeverity severity = AlertSeverity::warning;
  std::string agent_id;  ///< empty when it is about none
  std::string message;
  std::int64_t raised_us = 0;
  std::int64_t resolved_us = 0;      ///< 0: the cause lasts
  std::int64_t acknowledged_us = 0;  ///< 0: nobody has
  std::string acknowledged_by;       ///< client of the session that did
  std::string note;
};

/// What `State::raise_alert` makes an alert from.
struct AlertInput {
  std::string cause;
  AlertKind kind = AlertKind::storage;
  AlertSeverity severity = AlertSeverity::warning;
  std::string agent_id;
  std::string message;
};

}  // namespace governor::core
