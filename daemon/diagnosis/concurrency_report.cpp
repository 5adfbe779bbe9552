#include "daemon/diagnosis/concurrency_report.hpp"

namespace governor::daemon {

std::string_view to_string(WaitsFor what) {
  switch (what) {
    case WaitsFor::nothing: return "nothing";
    case WaitsFor::agent: return "agent";
    case WaitsFor::store: return "store";
    case WaitsFor::another_call: return "another_call";
    case WaitsFor::reload: return "reload";
    case WaitsFor::files: return "files";
    case WaitsFor::lease: return "lease";
    case WaitsFor::deployment: return "deployment";
    case WaitsFor::person: return "person";
    case WaitsFor::database: return "database";
    case WaitsFor::disk: break;
  }
  return "disk";
}

}  // namespace governor::daemon
