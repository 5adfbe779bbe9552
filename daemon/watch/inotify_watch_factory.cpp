// Linux: inotify, and looks at what it does not watch.
#include "daemon/watch/inotify_watch.hpp"
#include "daemon/watch/two_way_watch.hpp"

namespace governor::daemon {

std::shared_ptr<DirectoryWatch> watch_directories(const DirectoryWatch::Strand& strand,
                                                  const DirectoryWatch::Tell& tell) {
  return std::make_shared<TwoWayWatch>([strand, tell] { return make_inotify_watch(strand, tell); });
}

}  // namespace governor::daemon
