#pragma once

#include <cstdint>
#include <string>

#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Reads what a program writes, from the beginning of what is kept, while it is being written.
class OutputTail {
 public:
  explicit OutputTail(std::string directory) : directory_(std::move(directory)) {}

  /// Before the first `read`: what lies before it is passed over.
  void begin_at(std::uint64_t offset) { offset_ = offset; }
  /// What is new; at most about `limit` bytes.
  std::string read(std::size_t limit);
  /// Bytes since the program began.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  bool open_next();

  std::string directory_;
  std::uint64_t offset_ = 0;
  ipc::UniqueFd file_;
};

}  // namespace governor::daemon
