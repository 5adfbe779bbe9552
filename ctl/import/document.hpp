#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ctl/import/histories.hpp"

namespace governor::ctl::legacy {

/// The figures of an agent's governance that stand beside its histories.
struct Figures {
  std::optional<double> E, I, S, V, coherence, lambda1, integral, time;
  std::optional<std::uint64_t> updates;
  std::optional<bool> void_active;
};

/// What one file says of the governance of one agent: a state file, or an export of its history.
struct Document {
  std::string file;
  std::optional<std::string> agent_id;
  Figures figures;
  Histories histories;
};

/// For a figure out of its range: the range, in words. A column of the same name has the same one.
std::string range_text(const NumberColumn& column);

}  // namespace governor::ctl::legacy
