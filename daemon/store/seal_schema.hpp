#pragma once

namespace governor::daemon {

/// Hashes of rows that change, see row_seals.hpp, and of the index of newest updates, see head_index.hpp.
inline constexpr const char* kSealSchema = R"sql(
CREATE TABLE row_seal(
  table_name TEXT NOT NULL,
  row INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY(table_name, row)
) STRICT, WITHOUT ROWID;
ALTER TABLE agent_head ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
)sql";

}  // namespace governor::daemon
