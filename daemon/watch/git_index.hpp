#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace governor::daemon {

/// The names that git has in its index: what is tracked, whatever the rules about leaving out say. See
/// gitformat-index(5), versions 2 to 4; what cannot be read counts as empty.
class GitIndex {
 public:
  GitIndex() = default;
  /// Of the working tree whose `.git` (bytes) this is. Blocks on the disk.
  static GitIndex read(const std::string& git);
  static GitIndex parse(std::string_view bytes, std::size_t hash_bytes);

  /// `name` (bytes) is counted from the top of the working tree.
  [[nodiscard]] bool has(std::string_view name) const;
  /// Whether there is anything in this directory.
  [[nodiscard]] bool has_below(std::string_view directory) const;

 private:
  std::vector<std::string> names_;  ///< sorted, as git has them
};

}  // namespace governor::daemon
