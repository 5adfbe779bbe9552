#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/habits.hpp"
#include "core/measured_input.hpp"
#include "core/reasons.hpp"

namespace governor::core {

/// What a judgement rests on, as it is kept with it (Judged::account).
struct Account {
  static constexpr std::size_t kMostBytes = 4'096;

  std::array<Provenance, kInputs> provenance{};
  double log_odds = 0;  ///< see FailureEstimate
  Habits habits;        ///< after the turn
  std::vector<Reason> reasons;

  /// One line of figures and one for each reason. Figures read back are exactly the same.
  [[nodiscard]] std::string pack() const;
  static std::optional<Account> unpack(std::string_view text);
};

}  // namespace governor::core
