#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>

#include "ctl/process_list.hpp"

namespace governor::ctl {

namespace {

std::string link_target(const std::string& path) {
  std::array<char, 4096> buffer{};
  const ssize_t length = ::readlink(path.c_str(), buffer.data(), buffer.size());
  return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : std::string();
}

struct StatFields {
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;  // since boot
};

// The second field, the name, may hold blanks and parentheses: the rest begins behind the last parenthesis.
std::optional<StatFields> read_stat(const std::string& folder) {
  std::ifstream file(folder + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(end_of_name + 1));
  StatFields fields;
  std::string state;
  rest >> state >> fields.parent;
  std::string skipped;
  for (int field = 5; field < 22; ++field) rest >> skipped;
  rest >> fields.start_ticks;
  if (!rest || state == "Z") return std::nullopt;
  return fields;
}

double seconds_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::optional<OurProcess> inspect(pid_t pid, uid_t user) {
  const std::string folder = "/proc/" + std::to_string(pid);
  struct stat owner {};
  if (::stat(folder.c_str(), &owner) != 0 || owner.st_uid != user) return std::nullopt;
  OurProcess process;
  process.pid = pid;
  process.executable = link_target(folder + "/exe");
  process.role = role_of(process.executable);
  if (process.role.empty()) return std::nullopt;
  const auto fields = read_stat(folder);
  if (!fields) return std::nullopt;
  process.parent = fields->parent;
  const double started =
      static_cast<double>(fields->start_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  process.age_seconds = std::max(0.0, seconds_since_boot() - started);
  return process;
}

}  // namespace

std::vector<OurProcess> our_processes() {
  std::vector<OurProcess> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), &::closedir);
  if (!folder) return found;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    const bool is_pid = std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_pid || name.size() > 9) continue;
    const auto pid = static_cast<pid_t>(std::stol(std::string(name)));
    if (pid == ::getpid()) continue;
    if (auto process = inspect(pid, ::geteuid())) found.push_back(std::move(*process));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return found;
}

std::string own_executable() {
  return link_target("/proc/self/exe");
}

}  // namespace governor::ctl
