#include "ipc/sandbox/confinement.hpp"

namespace governor::ipc {

std::vector<std::string> confine_thread(const std::vector<std::string>&, const std::vector<std::string>&) {
  return {"writing elsewhere, starting programs and the network (this system has no way for it)"};
}

}  // namespace governor::ipc
