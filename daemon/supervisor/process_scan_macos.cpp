#include <libproc.h>
#include <sys/proc.h>
#include <sys/proc_info.h>
#include <sys/sysctl.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "daemon/supervisor/process_scan.hpp"

namespace governor::daemon {
namespace {

/// How many words the command line has, then the executable's path, these words and the environment, each
/// ended by a NUL, with more NULs after the path.
std::string arguments_area(pid_t pid) {
  int name[3] = {CTL_KERN, KERN_PROCARGS2, pid};
  std::size_t size = 0;
  if (::sysctl(name, 3, nullptr, &size, nullptr, 0) != 0) return {};
  std::string area(size, '\0');
  if (::sysctl(name, 3, area.data(), &size, nullptr, 0) != 0) return {};
  area.resize(size);
  return area;
}

struct ArgumentsAndEnvironment {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};

ArgumentsAndEnvironment words_of(pid_t pid) {
  const std::string area = arguments_area(pid);
  ArgumentsAndEnvironment words;
  int count = 0;
  if (area.size() < sizeof count) return words;
  std::memcpy(&count, area.data(), sizeof count);
  std::string_view rest = std::string_view(area).substr(sizeof count);
  rest.remove_prefix(std::min(rest.size(), rest.find('\0')));
  rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of('\0')));
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find('\0'));
    if (word.empty() && count <= 0) break;
    (count-- > 0 ? words.arguments : words.environment).emplace_back(word);
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return words;
}

}  // namespace

std::vector<SeenProcess> running_processes() {
  std::vector<SeenProcess> found;
  const int bytes = ::proc_listpids(PROC_ALL_PIDS, 0, nullptr, 0);
  if (bytes <= 0) return found;
  // Room for those that start between the two calls.
  std::vector<pid_t> pids(static_cast<std::size_t>(bytes) / sizeof(pid_t) + 64);
  const int filled =
      ::proc_listpids(PROC_ALL_PIDS, 0, pids.data(), static_cast<int>(pids.size() * sizeof(pid_t)));
  pids.resize(filled > 0 ? static_cast<std::size_t>(filled) / sizeof(pid_t) : 0);
  for (const pid_t pid : pids) {
    proc_bsdinfo info{};
    if (pid <= 0 ||
        ::proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != static_cast<int>(sizeof info))
      continue;
    if (info.pbi_status == SZOMB) continue;
    found.push_back({pid, static_cast<pid_t>(info.pbi_ppid),
                     static_cast<std::uint64_t>(info.pbi_start_tvsec) * 1000000U +
                         static_cast<std::uint64_t>(info.pbi_start_tvusec)});
  }
  return found;
}

EnvironmentLook look_for_in_environment(pid_t pid, std::string_view entry) {
  const auto environment = words_of(pid).environment;
  const bool is_there = std::find(environment.begin(), environment.end(), entry) != environment.end();
  return is_there ? EnvironmentLook::has : EnvironmentLook::has_not;
}

std::vector<std::string> command_line_of(pid_t pid) {
  return words_of(pid).arguments;
}

}  // namespace governor::daemon
