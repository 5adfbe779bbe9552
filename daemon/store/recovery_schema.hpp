#pragma once

namespace governor::daemon {

/// Rows of a table that are known to be lost, so that those that remain can be read around them.
inline constexpr const char* kLossSchema = R"sql(
CREATE TABLE loss(
  key INTEGER PRIMARY KEY,
  table_name TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace governor::daemon
