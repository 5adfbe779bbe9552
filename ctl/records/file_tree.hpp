#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl::records {

/// A larger file is refused: what is read here is of some kilobytes as a rule.
inline constexpr std::uint64_t kLargestFile = 256ull * 1024 * 1024;

/// Something below a directory that is not looked into, and why.
struct PassedOver {
  std::string_view code;  ///< snake_case, stable; a literal
  std::string name;
  std::string why;
};

/// A directory or a single file that is read. Below it no symbolic link is followed, and only regular files
/// are opened: nothing outside is read, and nothing waits for the other end of a fifo.
class FileTree {
 public:
  /// An error when the path is neither a directory nor a regular file that can be read.
  static ipc::Result<FileTree> open(const std::string& path);

  /// The names of all regular files, relative to the directory and sorted; for a single file its name. Hidden
  /// ones, locks among them, are left out.
  std::vector<std::string> files(std::vector<PassedOver>& passed_over) const;

  /// All of one of the files that `files` named.
  [[nodiscard]] ipc::Result<std::string> read(const std::string& name) const;

  [[nodiscard]] bool is_single_file() const { return !single_.empty(); }

 private:
  FileTree(ipc::UniqueFd directory, std::string single)
      : directory_(std::move(directory)), single_(std::move(single)) {}

  ipc::UniqueFd directory_;  ///< for a single file the one it lies in
  std::string single_;
};

}  // namespace governor::ctl::records
