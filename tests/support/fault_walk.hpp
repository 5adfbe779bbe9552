#pragma once

#include <string_view>
#include <vector>

#include "ipc/fault_point.hpp"

namespace governor::tests {

/// The points of one part of the list, in their order. None in builds without them.
inline std::vector<ipc::FaultPoint> fault_points_of(std::string_view part) {
  std::vector<ipc::FaultPoint> points;
  for (std::size_t i = 0; ipc::kHasFaultPoints && i < ipc::kFaultPointNames.size(); ++i) {
    const std::string_view name = ipc::kFaultPointNames[i];
    if (name.substr(0, name.find('_')) == part) points.push_back(static_cast<ipc::FaultPoint>(i));
  }
  return points;
}

}  // namespace governor::tests
