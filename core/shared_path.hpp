#pragma once

#include <string>

#include "core/path_pattern.hpp"

namespace governor::core {

/// Where a path lies in a workspace that several machines share: whoever asks for a lease on it, on whichever
/// of them and in whichever clone, means the same.
struct SharedPath {
  std::string workspace{};                      ///< by which all know it; empty: the path is not shared
  PathPattern path = PathPattern::literal("");  ///< below the top, from a slash on, in folded letters

  [[nodiscard]] bool is_known() const { return !workspace.empty(); }
  [[nodiscard]] bool meets(const SharedPath& other) const {
    return is_known() && workspace == other.workspace && path.overlaps(other.path);
  }
  [[nodiscard]] bool covers(const SharedPath& other) const {
    return workspace == other.workspace && path.covers(other.path);
  }
};

}  // namespace governor::core
