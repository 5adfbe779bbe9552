#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/protection.hpp"
#include "core/result.hpp"
#include "daemon/files/file_services.hpp"
#include "daemon/shared/database.hpp"

namespace governor::daemon {

/// A protection of another daemon.
struct FoundProtection {
  std::string id;  ///< of its pattern, and never of another one
  core::ProtectionElsewhere protection;
};

/// As governor.acquire_allowed_1 gives them.
std::vector<FoundProtection> read_found_protections(const boost::json::array& items);

/// What one may do with the database of protections besides asking for leases, see kProtectionSchema.
class ProtectionDatabase {
 public:
  explicit ProtectionDatabase(Database& database) : database_(database) {}

  /// All that this daemon has, see `told_protections`; what it told before and is none of them is over.
  /// False: the daemon is no member of this epoch.
  core::Result<bool> tell(const std::string& daemon, std::int64_t epoch, const std::string& protections);
  /// Those of other daemons that are about the path.
  core::Result<std::vector<core::ProtectionElsewhere>> find(const std::string& daemon,
                                                            const core::SharedPath& path);

 private:
  Database& database_;
};

/// Finds out where they lie in shared workspaces. A pattern that reaches beyond one of them (`.env`, wherever
/// it is) is of this machine alone. File thread.
void place_in_workspaces(std::vector<core::Protection>& protections, const FileServices& files);

/// Those of them that lie in shared workspaces, as JSON for ProtectionDatabase::tell.
std::string told_protections(const std::vector<core::Protection>& protections);

}  // namespace governor::daemon
