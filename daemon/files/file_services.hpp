#pragma once

namespace governor::daemon {

/// What a call may use while it works on files, away from the state. Shared by all file threads.
struct FileServices {};

}  // namespace governor::daemon
