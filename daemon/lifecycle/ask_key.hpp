#pragma once

#include <string>

namespace governor::daemon {

/// The key with which questions to the users of clients are signed, 64 hex digits: that of the state
/// directory, so that an answer is good after a restart as well, or a new one. If it cannot be kept it holds
/// for this daemon alone.
std::string load_ask_key(const std::string& state_directory);

}  // namespace governor::daemon
