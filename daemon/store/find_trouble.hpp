#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "daemon/store/recovery.hpp"

namespace governor::daemon {

/// A database that must be left untouched: of a newer governor, or of another program.
std::optional<core::Error> refuse_foreign(const std::string& path, Migrations migrations);

/// What a look at a database says besides.
struct LookNotes {
  std::string notice;        ///< a wrong mark of the version in an otherwise sound schema was put right
  bool are_counted = false;  ///< its rows; there was time for all of them
};

/// What is wrong with the database, or with its absence; none if it can be used.
std::optional<StoreTrouble> find_trouble(const std::string& path, const std::string& backups,
                                         const ProgressRecord::Found& record, Migrations migrations,
                                         LookNotes& notes);

}  // namespace governor::daemon
