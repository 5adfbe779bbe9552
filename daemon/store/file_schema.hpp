#pragma once

namespace governor::daemon {

/// What files held when, who may not write them, and who may all the same. The contents themselves lie in
/// files of their own, under their hash (see daemon/files/backup_store.hpp).
inline constexpr const char* kFileSchema = R"sql(
CREATE TABLE file_version(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  stored_bytes INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  session INTEGER NOT NULL,
  client TEXT NOT NULL,
  pid INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX file_version_path ON file_version(path, key);
CREATE INDEX file_version_content ON file_version(sha256);
CREATE TABLE protection(
  pattern TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  reason TEXT NOT NULL,
  by TEXT NOT NULL,
  since_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE file_unlock(
  pattern TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  path TEXT NOT NULL,
  reason TEXT NOT NULL,
  by TEXT NOT NULL,
  granted_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  PRIMARY KEY(pattern, agent_id)
) STRICT, WITHOUT ROWID;
)sql";

/// How files looked besides their content, and writes that have begun (see core::OpenWrite).
inline constexpr const char* kFileChangeSchema = R"sql(
ALTER TABLE file_version ADD COLUMN mode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file_version ADD COLUMN modified_us INTEGER NOT NULL DEFAULT 0;
CREATE TABLE open_write(
  key INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  kind INTEGER NOT NULL,
  before_sha256 TEXT NOT NULL,
  before_bytes INTEGER NOT NULL,
  before_lines INTEGER NOT NULL,
  before_stored_bytes INTEGER NOT NULL,
  before_mode INTEGER NOT NULL,
  before_modified_us INTEGER NOT NULL,
  after_sha256 TEXT NOT NULL,
  after_bytes INTEGER NOT NULL,
  after_lines INTEGER NOT NULL,
  after_stored_bytes INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  session INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  note TEXT NOT NULL,
  temporary TEXT NOT NULL,
  begun_us INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace governor::daemon
