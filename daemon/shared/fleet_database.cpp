#include "daemon/shared/fleet_database.hpp"

#include <chrono>
#include <utility>

namespace governor::daemon {
namespace {

/// The functions there wait for locks no longer than three.
constexpr std::chrono::seconds kFleetLimit{10};

/// What PostgreSQL says where the database is of an older version, or we may not look.
core::Error fleet_error(core::Error error) {
  if (error.given == "3F000" || error.given == "42883" || error.given == "42P01") {
    error.hint = "Prepare the database, or bring it up to date, with: governorctl shared init.";
  } else if (error.given == "42501") {
    error.hint = "Let an administrator of the database run: GRANT governor_member TO the role that you use.";
  }
  return error;
}

}  // namespace

core::Result<std::string> FleetDatabase::ask(const char* statement,
                                             const std::vector<std::string>& parameters) {
  auto rows = database_.run(statement, parameters, ipc::Deadline::after(kFleetLimit));
  if (!rows) return fleet_error(std::move(rows.error()));
  if (rows->size() == 1 && rows->front().size() == 1 && rows->front().front())
    return *std::move(rows->front().front());
  return core::Error(core::ErrorCode::storage_unavailable,
                     "The database has answered something that this version does not understand.",
                     "Bring governor and, with governorctl shared init, the database to the same version.");
}

core::Result<bool> FleetDatabase::publish(const std::string& daemon, std::int64_t epoch,
                                          const std::string& agents, const std::string& alerts, bool is_end) {
  auto is_member = ask("SELECT governor.publish_1($1, $2, $3, $4, $5)",
                       {daemon, std::to_string(epoch), agents, alerts, is_end ? "t" : "f"});
  if (!is_member) return std::move(is_member.error());
  return *is_member == "t";
}

core::Result<bool> FleetDatabase::leave(const std::string& daemon) {
  auto was_known = ask("SELECT governor.leave_1($1)", {daemon});
  if (!was_known) return std::move(was_known.error());
  return *was_known == "t";
}

core::Result<std::string> FleetDatabase::agents(const std::string& host, std::size_t limit) {
  return ask("SELECT governor.fleet_agents_1($1, $2)", {host, std::to_string(limit)});
}

core::Result<std::string> FleetDatabase::alerts(const std::string& host, std::size_t limit) {
  return ask("SELECT governor.fleet_alerts_1($1, $2)", {host, std::to_string(limit)});
}

}  // namespace governor::daemon
