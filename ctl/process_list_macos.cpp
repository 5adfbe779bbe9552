#include <libproc.h>
#include <sys/proc.h>
#include <sys/proc_info.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "ctl/process_list.hpp"

namespace governor::ctl {

namespace {

double now_seconds() {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_usec) / 1e6;
}

std::string executable_of(pid_t pid) {
  std::array<char, PROC_PIDPATHINFO_MAXSIZE> buffer{};
  const int length = ::proc_pidpath(pid, buffer.data(), static_cast<uint32_t>(buffer.size()));
  return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : std::string();
}

std::optional<OurProcess> inspect(pid_t pid, uid_t user) {
  proc_bsdinfo info{};
  if (::proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != static_cast<int>(sizeof info))
    return std::nullopt;
  if (info.pbi_uid != user || info.pbi_status == SZOMB) return std::nullopt;
  OurProcess process;
  process.pid = pid;
  process.executable = executable_of(pid);
  process.role = role_of(process.executable);
  if (process.role.empty()) return std::nullopt;
  process.parent = static_cast<pid_t>(info.pbi_ppid);
  const double started =
      static_cast<double>(info.pbi_start_tvsec) + static_cast<double>(info.pbi_start_tvusec) / 1e6;
  process.age_seconds = std::max(0.0, now_seconds() - started);
  return process;
}

}  // namespace

std::vector<OurProcess> our_processes() {
  std::vector<OurProcess> found;
  const int bytes = ::proc_listpids(PROC_ALL_PIDS, 0, nullptr, 0);
  if (bytes <= 0) return found;
  // Room for those that start between the two calls.
  std::vector<pid_t> pids(static_cast<std::size_t>(bytes) / sizeof(pid_t) + 64);
  const int filled =
      ::proc_listpids(PROC_ALL_PIDS, 0, pids.data(), static_cast<int>(pids.size() * sizeof(pid_t)));
  pids.resize(filled > 0 ? static_cast<std::size_t>(filled) / sizeof(pid_t) : 0);
  for (const pid_t pid : pids) {
    if (pid <= 0 || pid == ::getpid()) continue;
    if (auto process = inspect(pid, ::geteuid())) found.push_back(std::move(*process));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return found;
}

std::string own_executable() {
  return executable_of(::getpid());
}

}  // namespace governor::ctl
