#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace governor::ctl::legacy {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

inline bool is_known(double value) {
  return !std::isnan(value);
}

enum class Decision : std::uint8_t { unknown, approve, revise, reject };

std::string_view to_string(Decision decision);

/// The columns of an agent's history. As read, each is as long as it is in the file; once they are aligned
/// all are equally long, with gaps: kUnknown, kUnknownTime, Decision::unknown.
struct Histories {
  std::vector<double> E, I, S, V, coherence, risk, lambda1;
  std::vector<Decision> decision;
  std::vector<std::int64_t> timestamp;

  /// Of the longest column.
  [[nodiscard]] std::size_t rows() const;
};

/// A column of numbers: how it is called, and which values the model can have given it.
struct NumberColumn {
  std::string_view name;
  std::string_view key;  ///< of its list in the old files
  std::vector<double> Histories::*values;
  double lowest;
  double highest;
};

inline constexpr std::array<NumberColumn, 7> kNumberColumns{{
    {"E", "E_history", &Histories::E, 0, 1},
    {"I", "I_history", &Histories::I, 0, 1},
    {"S", "S_history", &Histories::S, 0, 2},
    {"V", "V_history", &Histories::V, -2, 2},
    {"coherence", "coherence_history", &Histories::coherence, 0, 1},
    {"risk", "risk_history", &Histories::risk, 0, 1},
    {"lambda1", "lambda1_history", &Histories::lambda1, 0, 1},
}};

}  // namespace governor::ctl::legacy
