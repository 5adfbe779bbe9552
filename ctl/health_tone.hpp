#pragma once

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

}  // namespace governor::ctl
