#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace governor::test {

struct ProcessEntry {
  pid_t pid;
  std::string program;  ///< last part of the executable's path
};

/// The processes that were started with "NAME=value" in their environment, without this one. Empty where the
/// system does not tell (macOS).
std::vector<ProcessEntry> processes_with(const std::string& variable);

/// Whether every thread of the process has been stopped by a signal, or there is no telling (macOS).
bool stands_still(pid_t pid);

/// Who holds the fcntl() lock on the file; 0 for nobody.
pid_t lock_owner(const std::string& path);

}  // namespace governor::test
