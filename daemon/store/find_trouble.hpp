#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "daemon/store/recovery.hpp"

namespace governor::daemon {

/// A database that must be left untouched: of a newer governor, or of another program.
std::optional<core::Error> refuse_foreign(const std::string& path, Migrations migrations);

/// What is wrong with the database, or with its absence; none if it can be used. A wrong mark of the version
/// in an otherwise sound schema is put right, which `notice` then says.
std::optional<StoreTrouble> find_trouble(const std::string& path, const std::string& backups,
                                         const ProgressRecord::Found& record, Migrations migrations,
                                         std::string& notice);

}  // namespace governor::daemon
