#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace governor::ipc {

/// A process that no later one can be mistaken for, unlike a bare pid.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since boot (Linux), microseconds since the epoch (macOS)
  std::string boot_id;
  bool operator==(const ProcessIdentity&) const = default;
};

/// Nothing if there is no such process, it is a zombie, or the system does not tell.
std::optional<ProcessIdentity> identify_process(pid_t pid);

enum class Liveness { alive, dead, unknown };

/// Zombies are dead. Only what is surely gone is called dead.
Liveness liveness(const ProcessIdentity& identity);

/// The process that started it, or adopted it since; nothing if the system does not tell.
std::optional<pid_t> parent_process(pid_t pid);

/// The process itself and those above it, the nearest first, at most `limit`; those that the system does not
/// tell of, and what is above them, are left out.
std::vector<ProcessIdentity> process_ancestors(pid_t pid, std::size_t limit);

/// The command name of a process, empty if unknown.
std::string process_name(pid_t pid);

}  // namespace governor::ipc
