#include "ctl/guard/ancestors.hpp"

#include <unistd.h>

#include "ipc/process_identity.hpp"

namespace governor::ctl {

std::vector<pid_t> ancestors(std::size_t limit) {
  std::vector<pid_t> found;
  for (pid_t pid = ::getppid(); pid > 1 && found.size() < limit; pid = ipc::parent_process(pid).value_or(0))
    found.push_back(pid);
  return found;
}

}  // namespace governor::ctl
