#include "ctl/guard/ancestors.hpp"

#include <unistd.h>

#ifdef __APPLE__
#include <sys/sysctl.h>
#else
#include <fcntl.h>

#include <charconv>
#include <string>
#include <string_view>

#include "ipc/unique_fd.hpp"
#endif

namespace governor::ctl {

namespace {

#ifdef __APPLE__

pid_t parent_of(pid_t pid) {
  int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  kinfo_proc info{};
  std::size_t size = sizeof info;
  if (::sysctl(name, 4, &info, &size, nullptr, 0) != 0 || size == 0) return 0;
  return info.kp_eproc.e_ppid;
}

#else

pid_t parent_of(pid_t pid) {
  const ipc::UniqueFd file(::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return 0;
  char buffer[1024];
  const ssize_t length = ::read(file.get(), buffer, sizeof buffer);
  if (length <= 0) return 0;
  // "pid (name) S parent ...": the name may hold blanks and parentheses.
  std::string_view stat(buffer, static_cast<std::size_t>(length));
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos || name_end + 4 >= stat.size()) return 0;
  stat.remove_prefix(name_end + 4);
  pid_t parent = 0;
  std::from_chars(stat.data(), stat.data() + stat.size(), parent);
  return parent;
}

#endif

}  // namespace

std::vector<pid_t> ancestors(std::size_t limit) {
  std::vector<pid_t> found;
  for (pid_t pid = ::getppid(); pid > 1 && found.size() < limit; pid = parent_of(pid)) found.push_back(pid);
  return found;
}

}  // namespace governor::ctl
