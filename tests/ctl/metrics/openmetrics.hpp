#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace governor::test {

/// A reader of OpenMetrics text that takes nothing which the specification (https://openmetrics.io) forbids,
/// so that no monitoring system will stumble over what it takes. Knows nothing of how governor writes it.
struct OpenMetrics {
  struct Sample {
    std::string name;  ///< with its ending
    std::map<std::string, std::string> labels;
    double value = 0;
  };
  struct Family {
    std::string name;
    std::string type = "unknown";
    std::string unit;
    std::string help;
    std::vector<Sample> samples;
  };
  std::vector<Family> families;

  /// Throws std::runtime_error, with the line that is wrong.
  static OpenMetrics read(std::string_view text);

  /// Null: there is none.
  [[nodiscard]] const Family* find(std::string_view name) const;
  /// Of the only sample with this name and all of these labels. Throws if there is none, or another one.
  [[nodiscard]] double value(std::string_view name,
                             const std::map<std::string, std::string>& labels = {}) const;
};

}  // namespace governor::test
