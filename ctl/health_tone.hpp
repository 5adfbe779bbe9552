#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "ctl/table.hpp"

namespace governor::ctl {

/// The colour of an agent's health or of a decision; plain for words it does not know.
inline Tone health_tone(std::string_view word) {
  if (word == "healthy" || word == "approve") return Tone::good;
  if (word == "degraded" || word == "revise") return Tone::warning;
  if (word == "critical" || word == "reject") return Tone::bad;
  return Tone::plain;
}

/// Whether a person should look at an update; "-" where nobody knows.
inline Cell human_cell(const boost::json::object& row) {
  const boost::json::value* human = row.if_contains("require_human");
  if (human == nullptr || !human->is_bool()) return Cell("-");
  return human->get_bool() ? Cell("yes", Tone::warning) : Cell("no");
}

}  // namespace governor::ctl
