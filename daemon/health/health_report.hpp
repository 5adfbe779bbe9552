#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "daemon/health/counters.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// Facts about this process that do not change while it runs.
struct ServerFacts {
  std::string build;
  std::string version;
  int pid = 0;
  std::string user;
  std::string runtime_directory;
  std::string state_directory;
  std::string socket;
  std::string database;
  std::string log_file;
  int io_threads = 1;
  int idle_exit_seconds = 0;  ///< 0: never
  std::chrono::steady_clock::time_point started;
  std::vector<std::string> notices;  ///< what the user must be told, e.g. a restored database
};

/// ok: all well. degraded: works, but slowly or with a notice. failing: updates are refused or hang.
enum class HealthStatus { ok, degraded, failing };
std::string_view to_string(HealthStatus status);

struct HealthReport {
  HealthStatus status = HealthStatus::ok;
  std::vector<std::string> reasons;
};

HealthReport assess(const ServerFacts& facts, const Counters& counters,
                    std::chrono::steady_clock::time_point now);

/// Writes the fields of `governor/health` into an object that is already begun.
void write_health_fields(JsonWriter& json, const ServerFacts& facts, const Counters& counters,
                         std::chrono::steady_clock::time_point now);

std::int64_t steady_us(std::chrono::steady_clock::time_point time);

}  // namespace governor::daemon
