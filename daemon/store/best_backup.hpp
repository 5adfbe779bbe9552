#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "daemon/store/progress_record.hpp"
#include "daemon/store/schema_check.hpp"

namespace governor::daemon {

/// A backup that a database can be made from.
struct Backup {
  std::string path;
  std::size_t version = 0;  ///< of its schema
  StoreProgress progress;
};

/// The backup that has come furthest, of those that are sound and not of a newer governor; the newest of
/// them if several have come as far.
std::optional<Backup> find_best_backup(const std::string& directory, Migrations migrations);

}  // namespace governor::daemon
