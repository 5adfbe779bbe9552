#include "daemon/supervisor/process_scan.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "daemon/supervisor/process_descriptor.hpp"
#include "ipc/process_identity.hpp"

namespace governor::daemon {

Descendants descendants_of(pid_t ancestor, const std::vector<SeenProcess>& processes,
                           const std::function<bool(const SeenProcess&)>& is_spared) {
  std::multimap<pid_t, const SeenProcess*> children;
  for (const SeenProcess& process : processes) children.emplace(process.parent, &process);
  Descendants found;
  std::set<pid_t> known{ancestor};  // a pid that was reused between two looks must not make a circle
  std::vector<pid_t> open{ancestor};
  while (!open.empty()) {
    const auto [begin, end] = children.equal_range(open.back());
    open.pop_back();
    for (auto at = begin; at != end; ++at) {
      if (!known.insert(at->second->pid).second) continue;
      if (is_spared(*at->second)) {
        found.any_is_spared = true;
        continue;
      }
      found.running.push_back(*at->second);
      open.push_back(at->second->pid);
    }
  }
  return found;
}

bool signal_process(const SeenProcess& process, int signal) {
  // First the descriptor, then the look: what it means cannot change any more.
  const ProcessDescriptor descriptor(process.pid);
  const auto now = ipc::identify_process(process.pid);
  if (!now || now->start_time != process.start_time) return false;
  return descriptor.send(signal);
}

std::vector<SeenProcess> marked_processes(std::string_view entry, std::uint64_t since, bool& is_clear) {
  constexpr pid_t kParentOfKernelThreads = 2;
  std::vector<SeenProcess> found;
  is_clear = true;
  for (const SeenProcess& process : running_processes()) {
    if (process.start_time < since || process.pid == ::getpid()) continue;
    if (process.parent == kParentOfKernelThreads) continue;
    const EnvironmentLook look = look_for_in_environment(process.pid, entry);
    if (look == EnvironmentLook::has) found.push_back(process);
    if (look == EnvironmentLook::unclear) is_clear = false;
  }
  return found;
}

}  // namespace governor::daemon
