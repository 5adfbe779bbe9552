#include "daemon/shared/fleet_database.hpp"

#include <chrono>
#include <utility>

#include "daemon/shared/database_answer.hpp"

namespace governor::daemon {
namespace {

/// The functions there wait for locks no longer than three.
constexpr std::chrono::seconds kFleetLimit{10};

}  // namespace

core::Result<std::string> FleetDatabase::ask(const char* statement,
                                             const std::vector<std::string>& parameters) {
  auto rows = database_.run(statement, parameters, ipc::Deadline::after(kFleetLimit));
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() == 1 && rows->front().size() == 1 && rows->front().front())
    return *std::move(rows->front().front());
  return not_understood();
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
