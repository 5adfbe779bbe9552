#include "daemon/tools/governor_requests.hpp"

#include "daemon/tools/audit_tools.hpp"

namespace governor::daemon {

const Tool* find_governor_request(std::string_view method) {
  for (const Tool* request : {&verify_request()}) {
    if (request->name == method) return request;
  }
  return nullptr;
}

}  // namespace governor::daemon
