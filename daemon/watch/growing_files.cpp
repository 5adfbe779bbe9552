#include "daemon/watch/growing_files.hpp"

namespace governor::daemon {

std::vector<std::string> GrowingFiles::take_due(Clock::time_point now) {
  std::vector<std::string> due;
  for (auto file = files_.begin(); file != files_.end();) {
    const Growth& growth = file->second;
    if (now - growth.last < kQuiet && now - growth.since < kLongest) {
      ++file;
      continue;
    }
    due.push_back(file->first);
    file = files_.erase(file);
  }
  return due;
}

}  // namespace governor::daemon
