#include "daemon/tools/governor_requests.hpp"

#include <algorithm>

#include "daemon/tools/coordination/tools.hpp"
#include "daemon/tools/guards/tools.hpp"
#include "daemon/tools/import/tools.hpp"
#include "daemon/tools/server/tools.hpp"

namespace governor::daemon {

namespace {

struct GovernorRequest {
  const Tool* request;
  std::optional<core::Role> role;  ///< none: anybody's, as it changes nothing
};

const std::vector<GovernorRequest>& governor_requests() {
  using core::Role;
  static const std::vector<GovernorRequest> requests{
      {&verify_request(), std::nullopt},    {&import_check_request(), std::nullopt},
      {&watches_request(), std::nullopt},   {&protections_request(), std::nullopt},
      {&import_request(), Role::person},    {&lease_break_request(), Role::person},
      {&watch_request(), Role::person},     {&restore_request(), Role::person},
      {&protect_request(), Role::person},   {&unlock_request(), Role::person},
      {&prune_request(), Role::person},     {&guard_write_request(), Role::guard},
      {&guard_done_request(), Role::guard}, {&guard_commit_request(), Role::guard},
  };
  return requests;
}

const GovernorRequest* find_request(std::string_view method) {
  const auto& requests = governor_requests();
  const auto found = std::find_if(requests.begin(), requests.end(), [&](const GovernorRequest& known) {
    return known.request->name == method;
  });
  return found == requests.end() ? nullptr : &*found;
}

}  // namespace

const Tool* find_governor_request(std::string_view method) {
  const GovernorRequest* known = find_request(method);
  return known != nullptr ? known->request : nullptr;
}

std::vector<const Tool*> all_governor_requests() {
  std::vector<const Tool*> all;
  for (const GovernorRequest& known : governor_requests()) all.push_back(known.request);
  return all;
}

std::optional<core::Role> role_needed_for(std::string_view method) {
  if (method == "governor/stop") return core::Role::person;
  const GovernorRequest* known = find_request(method);
  return known != nullptr ? known->role : std::nullopt;
}

}  // namespace governor::daemon
