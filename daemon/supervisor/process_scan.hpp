#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace governor::daemon {

/// A process as it was seen, which no later one with its pid can be mistaken for within this boot.
struct SeenProcess {
  pid_t pid = 0;
  pid_t parent = 0;
  std::uint64_t start_time = 0;  ///< as in ipc::ProcessIdentity

  bool operator==(const SeenProcess&) const = default;
};

/// All that run, zombies left out. Empty where the system does not tell.
std::vector<SeenProcess> running_processes();

/// Those of them that `ancestor` has started, directly or not; without those that are spared, and what these
/// have started.
struct Descendants {
  std::vector<SeenProcess> running;
  bool any_is_spared = false;
};
Descendants descendants_of(pid_t ancestor, const std::vector<SeenProcess>& processes,
                           const std::function<bool(const SeenProcess&)>& is_spared);

enum class EnvironmentLook {
  has,
  has_not,  ///< also where it may not be read
  unclear   ///< it has none at all, as a process that is just beginning another program
};

/// Whether the process began with this "NAME=value" in its environment.
EnvironmentLook look_for_in_environment(pid_t pid, std::string_view entry);

/// Those that began with this entry in their environment, not before `since` (a start time), without this
/// process. `is_clear`: false if one of the others may be such a one too.
std::vector<SeenProcess> marked_processes(std::string_view entry, std::uint64_t since, bool& is_clear);

/// The words of its command line; empty where they cannot be read.
std::vector<std::string> command_line_of(pid_t pid);

/// Sends the signal if the pid still means that process; false if not, or if it may not be sent.
bool signal_process(const SeenProcess& process, int signal);

}  // namespace governor::daemon
