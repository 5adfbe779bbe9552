#pragma once

#include <chrono>

namespace governor::daemon {

// How long a daemon may take to end, and how long the next one waits for its locks. They stand together
// because whoever gives up before the other has let go reports a daemon that is not there any more.

/// For clients to take their answers.
inline constexpr std::chrono::milliseconds kDrainLimit{3500};
/// Until all that was answered is on the disk, from the wish to stop on.
inline constexpr std::chrono::milliseconds kStopLimit{4700};
/// After that, for file jobs that still run.
inline constexpr std::chrono::milliseconds kFileEndLimit{4000};
/// After that stop, for these jobs and for closing the store. Whole seconds.
inline constexpr std::chrono::seconds kCloseLimit{5};
/// How long a daemon that starts waits for the locks of one that is on its way out, or has lost its socket
/// and makes another.
inline constexpr std::chrono::seconds kLockPatience{12};

static_assert(kDrainLimit < kStopLimit && kFileEndLimit < kCloseLimit);
static_assert(kStopLimit + kCloseLimit + std::chrono::seconds(1) < kLockPatience);

}  // namespace governor::daemon
