#include "daemon/tools/governor_requests.hpp"

#include "daemon/tools/audit_tools.hpp"
#include "daemon/tools/file_requests.hpp"
#include "daemon/tools/guard_requests.hpp"
#include "daemon/tools/import_requests.hpp"
#include "daemon/tools/lease_tools.hpp"
#include "daemon/tools/prune_backups.hpp"
#include "daemon/tools/watch_requests.hpp"

namespace governor::daemon {

const Tool* find_governor_request(std::string_view method) {
  for (const Tool* request :
       {&verify_request(), &import_request(), &import_check_request(), &lease_break_request(),
        &guard_write_request(), &guard_done_request(), &guard_commit_request(), &watch_request(),
        &watches_request(), &restore_request(), &protect_request(), &protections_request(), &unlock_request(),
        &prune_request()}) {
    if (request->name == method) return request;
  }
  return nullptr;
}

}  // namespace governor::daemon
