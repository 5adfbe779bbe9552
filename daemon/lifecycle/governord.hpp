#pragma once

namespace governor::daemon {

/// The program governord: the daemon, the keeper of a deployment, or what looks at databases, by its first
/// word. Returns the exit code.
int governord(int argc, char** argv);

}  // namespace governor::daemon
