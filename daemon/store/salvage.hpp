#pragma once

#include <string>
#include <vector>

#include "daemon/store/readable_rows.hpp"
#include "daemon/store/schema_check.hpp"

namespace governor::daemon {

/// What became of the rows of one table.
struct SalvagedTable {
  std::string name;
  std::size_t read = 0;         ///< from the first database
  std::size_t from_second = 0;  ///< in the place of those that did not read
  std::size_t unfit = 0;        ///< read, but nothing that this table can hold
  std::vector<UnreadRange> unread;

  [[nodiscard]] bool whole() const { return unread.empty(); }
};

/// Makes a new database at `target`, of schema `version`, from what reads of the first one and, where that
/// has holes, from a second one of that version or a newer. Audit log and history, whose rows never change,
/// are completed from the second anyhow. Either may be empty: there is none. Whether the rows fit together is
/// not looked at here. Throws when the target cannot be written; nothing is on the disk for sure before it is
/// synced. The sources stay as they are.
std::vector<SalvagedTable> salvage(const std::string& first, const std::string& second,
                                   const std::string& target, std::size_t version, Migrations migrations);

/// Takes these rows out of a table and puts those of the second database in their place, where it has them.
void replace_rows(SQLite::Database& target, const std::string& second, const std::string& table,
                  const std::vector<std::int64_t>& keys);

}  // namespace governor::daemon
