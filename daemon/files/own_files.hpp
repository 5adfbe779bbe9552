#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/path_pattern.hpp"
#include "daemon/files/name_lookup.hpp"
#include "daemon/files/real_path.hpp"

namespace governor::daemon {

/// What governor itself lives on: its state and runtime directories, its configuration, what starts it and
/// the hooks that it installed. Nobody leases, writes, restores or watches that through it. Does not change
/// once it is made; any thread.
class OwnFiles {
 public:
  OwnFiles() = default;
  /// Directories with all that is in them, and files, which need not exist. Blocks on the disk.
  explicit OwnFiles(const std::vector<std::string>& places, NameLookup& names = system_names());

  /// Whether it is one of the places, or lies in one. By the real path alone; does not block.
  [[nodiscard]] bool contains(std::string_view real_path) const;
  /// Why this, or a part of what the pattern stands for, is not to be touched; none: governor has nothing to
  /// do with it. Also by other names of the directories (mounts), and by what a file holds. Blocks on the
  /// disk.
  [[nodiscard]] std::optional<core::Error> refusal(const ResolvedPath& path) const;
  /// Why this is not to be written by tools that do not say what it will hold; asked after `refusal`. Blocks
  /// on the disk.
  [[nodiscard]] std::optional<core::Error> direct_refusal(const std::string& real_path) const;

 private:
  struct Place {
    std::string path;
    core::PathPattern pattern;  ///< of what is compared, with all that is below
  };
  [[nodiscard]] bool is_below_other_name(std::string path) const;
  [[nodiscard]] bool is_other_name(const FileIdentity& file) const;

  std::vector<Place> places_;
  NameLookup* names_ = &system_names();
};

}  // namespace governor::daemon
