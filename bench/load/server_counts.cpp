#include "bench/load/server_counts.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace governor::bench {
namespace {

// The number after `name` in a file of /proc with a line each.
std::uint64_t number_in(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) return std::strtoull(line.c_str() + name.size(), nullptr, 10);
  return 0;
}

std::uint64_t switches_of(pid_t process) {
  std::uint64_t sum = 0;
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, error))
    sum += number_in(task.path().string() + "/status", "voluntary_ctxt_switches:");
  return sum;
}

}  // namespace

ServerCounts count_server(pid_t server, const std::string& file) {
  ServerCounts counts;
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(counts.calls.data()), sizeof counts.calls);
  counts.switches = switches_of(server);
  return counts;
}

ViaCounts count_via(const std::vector<pid_t>& processes) {
  ViaCounts counts;
  for (const pid_t process : processes) {
    const std::string io = "/proc/" + std::to_string(process) + "/io";
    counts.reads += number_in(io, "syscr:");
    counts.writes += number_in(io, "syscw:");
    counts.bytes += number_in(io, "rchar:") + number_in(io, "wchar:");
    counts.switches += switches_of(process);
  }
  return counts;
}

}  // namespace governor::bench
