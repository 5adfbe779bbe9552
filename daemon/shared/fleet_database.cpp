#include "daemon/shared/fleet_database.hpp"

#include <utility>

#include "daemon/shared/database_answer.hpp"

namespace governor::daemon {

core::Result<std::string> FleetDatabase::ask(const char* statement,
                                             const std::vector<std::string>& parameters) {
  auto value = ask_one(database_, statement, parameters);
  if (!value) return std::move(value.error());
  if (!*value) return not_understood();
  return **std::move(value);
}

core::Result<bool> FleetDatabase::is_true(const char* statement, const std::vector<std::string>& parameters) {
  auto value = ask(statement, parameters);
  if (!value) return std::move(value.error());
  return *value == "t";
}

core::Result<std::string> FleetDatabase::show(const char* statement, const std::string& host,
                                              std::size_t limit) {
  return ask(statement, {host, std::to_string(limit)});
}

core::Result<bool> FleetDatabase::publish(const std::string& daemon, std::int64_t epoch,
                                          const std::string& agents, const std::string& alerts, bool is_end) {
  return is_true("SELECT governor.publish_1($1, $2, $3, $4, $5)",
                 {daemon, std::to_string(epoch), agents, alerts, is_end ? "t" : "f"});
}

core::Result<bool> FleetDatabase::publish_approvals(const std::string& daemon, std::int64_t epoch,
                                                    const std::string& approvals) {
  return is_true("SELECT governor.publish_approvals_1($1, $2, $3)",
                 {daemon, std::to_string(epoch), approvals});
}

core::Result<bool> FleetDatabase::leave(const std::string& daemon) {
  return is_true("SELECT governor.leave_2($1)", {daemon});
}

core::Result<std::string> FleetDatabase::agents(const std::string& host, std::size_t limit) {
  return show("SELECT governor.fleet_agents_1($1, $2)", host, limit);
}

core::Result<std::string> FleetDatabase::alerts(const std::string& host, std::size_t limit) {
  return show("SELECT governor.fleet_alerts_1($1, $2)", host, limit);
}

core::Result<std::string> FleetDatabase::approvals(const std::string& host, std::size_t limit) {
  return show("SELECT governor.fleet_approvals_1($1, $2)", host, limit);
}

core::Result<std::string> FleetDatabase::leases(const std::string& host, std::size_t limit) {
  return show("SELECT governor.fleet_leases_1($1, $2)", host, limit);
}

}  // namespace governor::daemon
