#include "core/agent.hpp"

namespace governor::core {

std::string_view to_string(Lifecycle status) {
  switch (status) {
    case Lifecycle::active: return "active";
    case Lifecycle::paused: return "paused";
    case Lifecycle::archived: return "archived";
    case Lifecycle::deleted: return "deleted";
  }
  return "active";
}

}  // namespace governor::core
