#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace governor::ctl {

/// One running process of ours.
struct OurProcess {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string role;        ///< "daemon", "proxy" or "ctl"
  std::string executable;  ///< path; Linux appends " (deleted)" once the file has been replaced
  double age_seconds = 0;
};

/// "daemon", "proxy" or "ctl" by the file name of an executable, empty for what is not ours.
std::string role_of(std::string_view executable);

/// Every process of the effective user whose executable is one of ours, except the calling one, by pid.
/// Processes that end while we look are left out.
std::vector<OurProcess> our_processes();

/// The path of the running executable, empty if the system does not tell.
std::string own_executable();

}  // namespace governor::ctl
