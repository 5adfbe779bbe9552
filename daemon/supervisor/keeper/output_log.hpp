#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// A file with a part of what a program has written. The name says where it begins, so that whoever reads
/// needs nothing else to know, also while the next one is being begun.
struct OutputSegment {
  std::uint64_t start = 0;  ///< bytes written before it
  std::string path;
};

/// In their order. The last one grows.
std::vector<OutputSegment> output_segments(const std::string& directory);

/// Writes what a program says into files `output.<start>` of bounded size: of the newest and the one before.
/// Not more than `limit` bytes are there at any time.
class OutputLog {
 public:
  OutputLog(std::string directory, std::uint64_t limit);

  /// What cannot be written is counted all the same, and missing in the file.
  void append(std::string_view bytes);
  [[nodiscard]] std::uint64_t written() const { return written_; }
  /// Whether all of it has got into the files.
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  void begin_segment();

  std::string directory_;
  std::uint64_t segment_limit_;
  std::uint64_t written_ = 0;
  std::uint64_t in_segment_ = 0;
  bool is_complete_ = true;
  ipc::UniqueFd file_;
};

}  // namespace governor::daemon
