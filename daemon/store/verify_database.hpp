#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/store/progress_record.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/schema_check.hpp"

namespace governor::daemon {

struct DatabaseReport {
  std::uint64_t bytes = 0;
  std::size_t schema = 0;  ///< version; 0: not known
  StoreProgress progress;  ///< of one that can be read
  std::vector<std::string> problems;
};

/// Looks at all of a database, in use or not: its pages, its schema, its chains and the number of its rows.
/// Nothing of it is changed. Takes a minute for some gigabytes.
DatabaseReport verify_database(const std::string& path, Migrations migrations = kMigrations);

}  // namespace governor::daemon
