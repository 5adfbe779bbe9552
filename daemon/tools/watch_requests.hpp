#pragma once

#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// governor/watch: begins or ends the watching of a project's directory.
const Tool& watch_request();
/// governor/watches: the directories that are watched.
const Tool& watches_request();

}  // namespace governor::daemon
