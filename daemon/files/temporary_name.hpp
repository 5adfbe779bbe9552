#pragma once

#include <string>

namespace governor::daemon {

/// The names of a temporary file beside a file of people, in the two halves of its life.
struct TemporaryName {
  std::string stem;  ///< without them, empty: none

  /// While the new content is written: a crash leaves a part of it, which nobody misses.
  [[nodiscard]] std::string written() const { return stem + ".tmp"; }
  /// From just before it takes the file's place: a crash may leave what was displaced, and somebody may have
  /// written that at the last moment.
  [[nodiscard]] std::string kept() const { return stem + ".kept"; }
};

/// A new one with each call, known to be this process's.
TemporaryName new_temporary_name();

}  // namespace governor::daemon
