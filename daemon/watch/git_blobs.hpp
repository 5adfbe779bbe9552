#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

#include "ipc/deadline.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// What commits of a repository hold in a file, as git itself tells: one process of git, started at the first
/// question and ended with this. Blocks, all in all no longer than kPatience; fetches nothing.
class GitBlobs {
 public:
  static constexpr std::chrono::milliseconds kPatience{1500};

  enum class Holds { the_same, something_else, nothing, unknown };

  /// `top` (bytes) is the directory of the working tree.
  explicit GitBlobs(std::string top) : top_(std::move(top)) {}
  GitBlobs(const GitBlobs&) = delete;
  GitBlobs& operator=(const GitBlobs&) = delete;
  ~GitBlobs();

  /// Whether the file `name` (bytes, from the top) of a revision has the content with this SHA-256, as it
  /// would be checked out with or without CR, or from LFS.
  Holds look(const std::string& revision, const std::string& name, const std::string& sha256);

 private:
  bool start();
  bool send(std::string_view text);
  /// Fills the buffer; false: it is over.
  bool receive();
  bool read_line(std::string& line);
  Holds compare_content(std::size_t bytes, const std::string& sha256);
  Holds give_up();

  std::string top_;
  pid_t pid_ = -1;
  bool is_over_ = false;
  ipc::UniqueFd to_;
  ipc::UniqueFd from_;
  ipc::Deadline deadline_ = ipc::Deadline::after(kPatience);
  std::string buffer_;  ///< received and not read yet
};

}  // namespace governor::daemon
