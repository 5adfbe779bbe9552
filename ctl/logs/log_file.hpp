#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl {

/// The whole lines of a log that is written meanwhile, and that gives way to another one when it has become
/// long: it is renamed, and one of the same name begins.
class LogFile {
 public:
  explicit LogFile(std::string path) : path_(std::move(path)) {}

  /// The newest lines, at most `count`, and from then on `more` gives those that come. Reaches back into the
  /// file before this one if need be. not_found if there is no log.
  ipc::Result<std::vector<std::string>> newest(std::size_t count);

  /// What has come since, in whole lines. A log that is not there gives none.
  ipc::Result<std::vector<std::string>> more();

 private:
  ipc::Result<std::string> read_on();
  [[nodiscard]] bool is_replaced() const;

  std::string path_;
  ipc::UniqueFd file_;
  std::string unfinished_;  ///< a line whose end has not come
};

}  // namespace governor::ctl
