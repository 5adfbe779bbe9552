// Where there is no inotify.
#include "daemon/watch/scanning_watch.hpp"

namespace governor::daemon {

std::shared_ptr<DirectoryWatch> watch_directories(const DirectoryWatch::Strand&,
                                                  const DirectoryWatch::Tell&) {
  return std::make_shared<ScanningWatch>();
}

}  // namespace governor::daemon
