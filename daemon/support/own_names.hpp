#pragma once

#include <string>

namespace governor::daemon {

// By which people on other machines know this one, and who works here.

/// "unknown" if the system does not say.
std::string host_name();
/// The name of the effective user, `uid-N` if he has none.
std::string user_name();

}  // namespace governor::daemon
