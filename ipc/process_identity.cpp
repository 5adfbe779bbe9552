#include "ipc/process_identity.hpp"

#ifdef __APPLE__
#include <libproc.h>
#include <sys/sysctl.h>
#else
#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "ipc/unique_fd.hpp"
#endif

#include <cerrno>
#include <string_view>

namespace governor::ipc {
namespace {

enum class Presence { running, gone, unknown };

struct Observation {
  Presence presence = Presence::unknown;
  std::uint64_t start_time = 0;
};

#ifdef __APPLE__

Observation observe(pid_t pid) {
  int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  kinfo_proc info{};
  std::size_t size = sizeof info;
  if (::sysctl(name, 4, &info, &size, nullptr, 0) != 0) return {};
  if (size == 0 || info.kp_proc.p_stat == SZOMB) return {Presence::gone, 0};
  const auto& started = info.kp_proc.p_starttime;
  return {Presence::running, static_cast<std::uint64_t>(started.tv_sec) * 1000000U +
                                 static_cast<std::uint64_t>(started.tv_usec)};
}

std::string current_boot_id() {
  char text[64] = {};
  std::size_t size = sizeof text;
  if (::sysctlbyname("kern.bootsessionuuid", text, &size, nullptr, 0) != 0) return {};
  return text;
}

#else

/// Small files of /proc come whole in one read. Empty with errno set when it cannot be read.
std::string read_small_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  char buffer[2048];
  const auto got = ::read(fd.get(), buffer, sizeof buffer);
  if (got <= 0) return {};
  return std::string(buffer, static_cast<std::size_t>(got));
}

/// The fields after the command name, which may itself hold blanks and parentheses.
std::string_view field_after_name(std::string_view stat, int index) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return {};
  stat.remove_prefix(name_end + 1);
  for (;; --index) {
    const std::size_t start = stat.find_first_not_of(' ');
    if (start == std::string_view::npos) return {};
    stat.remove_prefix(start);
    const std::size_t end = stat.find(' ');
    if (index == 0) return stat.substr(0, end);
    if (end == std::string_view::npos) return {};
    stat.remove_prefix(end);
  }
}

Observation observe(pid_t pid) {
  constexpr int kState = 0;
  constexpr int kStartTime = 19;
  errno = 0;
  const std::string stat = read_small_file("/proc/" + std::to_string(pid) + "/stat");
  if (stat.empty()) {
    const bool missing = errno == ENOENT || errno == ESRCH;
    // Without /proc everything would look dead.
    if (missing && ::access("/proc/self/stat", R_OK) == 0) return {Presence::gone, 0};
    return {};
  }
  const std::string_view state = field_after_name(stat, kState);
  if (state == "Z" || state == "X") return {Presence::gone, 0};
  const std::string_view ticks = field_after_name(stat, kStartTime);
  Observation seen{Presence::running, 0};
  const auto parsed = std::from_chars(ticks.data(), ticks.data() + ticks.size(), seen.start_time);
  if (parsed.ec != std::errc()) return {};
  return seen;
}

std::string without_newline(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string current_boot_id() {
  return without_newline(read_small_file("/proc/sys/kernel/random/boot_id"));
}

#endif

}  // namespace

std::optional<ProcessIdentity> identify_process(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const Observation seen = observe(pid);
  if (seen.presence != Presence::running) return std::nullopt;
  return ProcessIdentity{pid, seen.start_time, current_boot_id()};
}

Liveness liveness(const ProcessIdentity& identity) {
  if (identity.pid <= 0) return Liveness::unknown;
  const std::string boot_id = current_boot_id();
  if (boot_id.empty() || identity.boot_id.empty()) return Liveness::unknown;
  if (boot_id != identity.boot_id) return Liveness::dead;
  const Observation seen = observe(identity.pid);
  if (seen.presence == Presence::unknown) return Liveness::unknown;
  if (seen.presence == Presence::gone || seen.start_time != identity.start_time) return Liveness::dead;
  return Liveness::alive;
}

#ifdef __APPLE__
std::optional<pid_t> parent_process(pid_t pid) {
  int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  kinfo_proc info{};
  std::size_t size = sizeof info;
  if (pid <= 0 || ::sysctl(name, 4, &info, &size, nullptr, 0) != 0 || size == 0) return std::nullopt;
  return info.kp_eproc.e_ppid;
}
#else
std::optional<pid_t> parent_process(pid_t pid) {
  constexpr int kParent = 1;
  if (pid <= 0) return std::nullopt;
  const std::string stat = read_small_file("/proc/" + std::to_string(pid) + "/stat");
  const std::string_view digits = field_after_name(stat, kParent);
  pid_t parent = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), parent);
  if (parsed.ec != std::errc()) return std::nullopt;
  return parent;
}
#endif

#ifdef __APPLE__
std::string process_name(pid_t pid) {
  char name[2 * MAXCOMLEN + 1] = {};
  if (::proc_name(pid, name, sizeof name) <= 0) return {};
  return name;
}
#else
std::string process_name(pid_t pid) {
  return without_newline(read_small_file("/proc/" + std::to_string(pid) + "/comm"));
}
#endif

std::vector<ProcessIdentity> process_ancestors(pid_t pid, std::size_t limit) {
  std::vector<ProcessIdentity> ancestors;
  while (pid > 1 && ancestors.size() < limit) {
    auto identity = identify_process(pid);
    if (!identity) break;
    ancestors.push_back(*std::move(identity));
    const auto parent = parent_process(pid);
    if (!parent) break;
    pid = *parent;
  }
  return ancestors;
}

}  // namespace governor::ipc
