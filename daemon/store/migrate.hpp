#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "core/error.hpp"
#include "daemon/store/schema_check.hpp"

namespace governor::daemon {

/// Brings the database at `path` to the newest schema. Before each step of one that has something in it a
/// backup is taken into `backups`; empty: none is wanted.
std::optional<core::Error> migrate(SQLite::Database& database, const std::string& path,
                                   const std::string& backups, Migrations migrations);

}  // namespace governor::daemon
