#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "core/lease_commands.hpp"

namespace governor::daemon {

inline constexpr int kLongestChangedHours = 24 * 365;

/// What a person has configured about several working trees of one repository.
struct CoordinationSettings {
  core::AcrossWorktrees across_worktrees = core::AcrossWorktrees::warn;
  int changed_hours = 24;  ///< how long it is told that a file was changed in another one; 0: not at all
};

/// Applies the value of the setting `coordination`. Returns what is wrong: "must be ...".
std::optional<std::string> set_coordination(const boost::json::value& value, CoordinationSettings& settings);

}  // namespace governor::daemon
