#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/files/file_writer.hpp"
#include "daemon/store/store.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {

/// Which version of a file is to come back, and how: what restore_file and governor/restore have in common.
class RestoreOrder {
 public:
  /// The arguments `backup` and `at`; neither: what the file held before its present content.
  static RestoreOrder read(Arguments& arguments);

  /// Store thread: finds the version.
  std::optional<core::Error> find(const std::string& path, Store& store);
  /// Why there is nothing to restore; to be asked after `find`.
  [[nodiscard]] std::optional<core::Error> refusal(const std::string& path) const;
  /// File thread: how the version takes the place of what is there.
  core::Result<WriteOrder> order(const std::string& path, FileServices& files);
  /// After `order`: the version that it brings back.
  [[nodiscard]] const core::FileVersion& restored() const { return restored_; }

 private:
  core::FileVersionKey wanted_ = 0;
  std::optional<std::int64_t> at_us_;
  std::vector<core::FileVersion> candidates_;  ///< the first one that is not what the file holds is taken
  bool of_other_file_ = false;
  core::FileVersion restored_;
};

}  // namespace governor::daemon
