#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ctl/import/byte_source.hpp"
#include "ctl/import/finding.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl::legacy {

/// A larger file is refused: the old monitor's own were of some kilobytes.
inline constexpr std::uint64_t kLargestFile = 256ull * 1024 * 1024;

/// A regular file, open for reading.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(ipc::UniqueFd file) : file_(std::move(file)) {}
  /// A file that grows while it is read ends at kLargestFile.
  ipc::Result<std::size_t> read(std::span<char> room) override;

 private:
  ipc::UniqueFd file_;
  std::uint64_t left_ = kLargestFile;
};

/// A directory or a single file that is imported. Below it no symbolic link is followed, and only regular
/// files are opened: nothing outside is read, and nothing waits for the other end of a fifo.
class FileTree {
 public:
  /// An error when the path is neither a directory nor a regular file that can be read.
  static ipc::Result<FileTree> open(const std::string& path);

  /// The names of all regular files, relative to the directory and sorted; for a single file its name. Hidden
  /// ones, locks among them, are left out. What is neither file nor directory is a finding.
  std::vector<std::string> files(Findings& findings) const;

  /// One of the files that `files` named. None, with a finding, if it cannot or must not be read.
  std::unique_ptr<FileSource> open_file(const std::string& name, Notes& notes) const;

  [[nodiscard]] bool is_single_file() const { return !single_.empty(); }

 private:
  FileTree(ipc::UniqueFd directory, std::string single)
      : directory_(std::move(directory)), single_(std::move(single)) {}

  ipc::UniqueFd directory_;  ///< for a single file the one it lies in
  std::string single_;
};

}  // namespace governor::ctl::legacy
