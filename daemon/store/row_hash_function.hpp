#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace governor::daemon {

/// Makes the SQL function `governor_row_hash(…)` known to a connection: 16 bytes that depend on every value
/// and its type.
void add_row_hash_function(SQLite::Database& database);

}  // namespace governor::daemon
