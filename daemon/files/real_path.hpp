#pragma once

#include <string>
#include <string_view>

#include "core/lease.hpp"
#include "core/result.hpp"
#include "daemon/files/name_lookup.hpp"

namespace governor::daemon {

/// A path as everybody else would name it too: absolute, without symbolic links, `.`, `..` and doubled
/// slashes, spelled as the directories spell it. What does not exist yet stands below the real path of what
/// does.
struct ResolvedPath {
  std::string path;
  /// What is compared: `path`, and below a directory that ignores case or Unicode form, its folded names
  /// (see fold_name).
  std::string key;
  bool exists = false;     ///< never for a pattern
  bool directory = false;  ///< `path` ends in `/**` then, if it came from `resolve_path`
  bool pattern = false;    ///< stands for more than one path: a directory or a glob
  FileIdentity identity;   ///< of what exists; two names of one file have the same
};

/// What it is compared by in leases and rules.
core::LeasePath lease_path(const ResolvedPath& resolved);

/// For leases: a file, a directory (one that exists, or a trailing slash: then `<directory>/**`), or a glob
/// with `*` and `?`, whose part before the first wildcard is resolved. Brackets and braces are ordinary
/// characters, since many projects have them in file names. Blocks on the disk.
core::Result<ResolvedPath> resolve_path(std::string_view given, std::string_view working_directory,
                                        NameLookup& names = system_names());

/// For writing and asking: one file, which may not exist yet. No character is a wildcard.
core::Result<ResolvedPath> resolve_file(std::string_view given, std::string_view working_directory,
                                        NameLookup& names = system_names());

}  // namespace governor::daemon
