#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/shared/database.hpp"

namespace governor::daemon {

/// What one may do with the database of the fleet, see kFleetSchema and kOrderSchema.
class FleetDatabase {
 public:
  explicit FleetDatabase(Database& database) : database_(database) {}

  /// JSON arrays, see governor.publish_1. False: the daemon is no member of this epoch.
  core::Result<bool> publish(const std::string& daemon, std::int64_t epoch, const std::string& agents,
                             const std::string& alerts, bool is_end);

  /// Likewise, see governor.publish_approvals_1.
  core::Result<bool> publish_approvals(const std::string& daemon, std::int64_t epoch,
                                       const std::string& approvals);

  /// JSON objects, see governor.fleet_agents_1 and its like. `host`: of this machine only; empty: of all.
  core::Result<std::string> agents(const std::string& host, std::size_t limit);
  core::Result<std::string> alerts(const std::string& host, std::size_t limit);
  core::Result<std::string> approvals(const std::string& host, std::size_t limit);
  core::Result<std::string> leases(const std::string& host, std::size_t limit);
  /// Everything that this daemon has ends. False: it is not known there.
  core::Result<bool> leave(const std::string& daemon);

 private:
  core::Result<std::string> ask(const char* statement, const std::vector<std::string>& parameters);
  core::Result<bool> is_true(const char* statement, const std::vector<std::string>& parameters);
  core::Result<std::string> show(const char* statement, const std::string& host, std::size_t limit);

  Database& database_;
};

}  // namespace governor::daemon
