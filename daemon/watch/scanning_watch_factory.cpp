// Where there is no inotify.
#include "daemon/watch/scanning_watch.hpp"

namespace governor::daemon {

std::shared_ptr<DirectoryWatch> watch_directories(DirectoryWatch::Strand strand, DirectoryWatch::Tell tell) {
  constexpr std::chrono::milliseconds kInterval{500};
  return std::make_shared<ScanningWatch>(std::move(strand), std::move(tell), kInterval);
}

}  // namespace governor::daemon
