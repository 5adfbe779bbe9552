#pragma once

#include <cstdint>

#include "core/update_record.hpp"

namespace governor::core {

/// How often each decision was taken. What is not known is not counted.
struct DecisionCounts {
  std::uint64_t approve = 0;
  std::uint64_t revise = 0;
  std::uint64_t reject = 0;

  void add(Action action, std::uint64_t times = 1) {
    if (action == Action::approve) approve += times;
    if (action == Action::revise) revise += times;
    if (action == Action::reject) reject += times;
  }
};

}  // namespace governor::core
