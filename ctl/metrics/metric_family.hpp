#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace governor::ctl {

/// One value, with what tells it from the others of its family.
struct MetricSample {
  std::vector<std::pair<std::string, std::string>> labels{};
  double value = 0;
};

/// Values that mean the same, as https://openmetrics.io knows them.
struct MetricFamily {
  enum class Kind {
    gauge,     ///< goes up and down
    counter,   ///< only up, from the start of the daemon
    summary,   ///< durations; the label `quantile` says of which share
    info,      ///< facts in the labels; the value is 1
    state_set  ///< which of several states it is in: each has a sample, of 1 or 0
  };
  std::string name;  ///< without the ending that the kind of sample adds; with the unit
  Kind kind = Kind::gauge;
  std::string unit;  ///< a base unit; empty: a number of things
  std::string help;
  std::vector<MetricSample> samples{};
};

using Metrics = std::vector<MetricFamily>;

}  // namespace governor::ctl
