#pragma once

#include <memory>

#include "daemon/watch/directory_watch.hpp"

namespace governor::daemon {

/// By inotify, see inotify(7). Null if the system gives none.
std::shared_ptr<DirectoryWatch> make_inotify_watch(const DirectoryWatch::Strand& strand,
                                                   DirectoryWatch::Tell tell);

}  // namespace governor::daemon
