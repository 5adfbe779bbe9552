#include "ctl/coordination/process_stopped.hpp"

#ifdef __APPLE__
#include <sys/sysctl.h>
#else
#include <fstream>
#include <iterator>
#include <string>
#endif

namespace governor::ctl {

#ifdef __APPLE__

bool is_stopped(pid_t pid) {
  int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  kinfo_proc info{};
  std::size_t size = sizeof info;
  if (pid <= 0 || ::sysctl(name, 4, &info, &size, nullptr, 0) != 0 || size == 0) return false;
  return info.kp_proc.p_stat == SSTOP;
}

#else

bool is_stopped(pid_t pid) {
  if (pid <= 0) return false;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return false;
  return stat[name_end + 2] == 'T' || stat[name_end + 2] == 't';
}

#endif

}  // namespace governor::ctl
