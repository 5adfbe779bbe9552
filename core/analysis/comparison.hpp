#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/analysis/series.hpp"

namespace governor::core {

/// The figures by which agents are compared.
struct ComparedFigure {
  std::string_view name;
  Figure figure;
};
inline constexpr std::array<ComparedFigure, 6> kComparedFigures{{{"risk_score", &UpdateRecord::risk},
                                                                 {"coherence", &UpdateRecord::coherence},
                                                                 {"E", &UpdateRecord::E},
                                                                 {"I", &UpdateRecord::I},
                                                                 {"S", &UpdateRecord::S},
                                                                 {"V", &UpdateRecord::V}}};

/// A figure in which agents lie at least 0.05 apart; the indexes are those of the records compared.
struct Difference {
  std::string_view figure;
  std::size_t lowest = 0;
  std::size_t highest = 0;
  double lowest_value = 0.0;
  double highest_value = 0.0;

  [[nodiscard]] double spread() const { return highest_value - lowest_value; }
};

struct Comparison {
  std::vector<Difference> differences;  ///< widest spread first
  /// Mean over all pairs of exp(-d / 0.1), d being the root mean square distance of the figures that both
  /// have: 1 for the same, 0.37 for 0.1 apart. None without a pair that can be compared.
  std::optional<double> similarity;
};

/// Compares the newest updates of some agents.
Comparison compare(std::span<const UpdateRecord> newest);

}  // namespace governor::core
