#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/state.hpp"
#include "daemon/files/file_services.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// What the files that a request for a lease names hold: commit_file wants to be told the hash of what its
/// caller has read, and so the grant says it.
class FoundFiles {
 public:
  /// Takes in what names one file; a directory or a pattern names none.
  void add(const ResolvedPath& path);

  /// File thread. Files too large for commit_file have no hash, nor have those beyond a bound for all
  /// together, nor what cannot be read.
  void read(FileServices& services);

  /// State strand: whether one of them holds something else as far as governor knows: either it was written
  /// since it was read, or governor has not heard of it yet. Reading again tells.
  [[nodiscard]] bool differ_from(const core::State& state) const;

  /// SHA-256 of what the file holds, empty for none; nothing if it was not read, or is none of the files.
  [[nodiscard]] std::optional<std::string> content_of(const std::string& path) const;

  /// A field `files` of the open object, unless there are none.
  void write(JsonWriter& json) const;

 private:
  struct File {
    std::string path;
    bool exists = false;
    std::optional<std::string> sha256{};  ///< none: not read
  };

  std::vector<File> files_;
};

}  // namespace governor::daemon
