#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <optional>
#include <string>

namespace governor::daemon {

/// A table from which others than governor have removed rows, or into which they have put some: how many
/// there are to be is known from the ends of the chains and from the sums of the seals. None if all counts
/// are right, or if counting takes longer than `limit`, as it may with millions of rows.
std::optional<std::string> find_miscounted_table(SQLite::Database& database, std::chrono::milliseconds limit);

}  // namespace governor::daemon
