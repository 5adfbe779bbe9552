// Files: what they held when, protected ones, and leaves to write them.
#include <algorithm>
#include <utility>

#include "core/file_table.hpp"
#include "daemon/store/path_codec.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

/// A damaged row must not bring values into memory that the program does not know.
core::FileVersionKind read_kind(std::int64_t number) {
  const bool is_known = number >= static_cast<int>(core::FileVersionKind::seen) &&
                        number <= static_cast<int>(core::FileVersionKind::unasked);
  return is_known ? static_cast<core::FileVersionKind>(number) : core::FileVersionKind::seen;
}

core::FileVersion read_version(SQLite::Statement& row) {
  core::FileVersion version;
  int column = 0;
  const auto integer = [&] { return row.getColumn(column++).getInt64(); };
  const auto count = [&] { return static_cast<std::uint64_t>(integer()); };
  const auto text = [&] { return row.getColumn(column++).getString(); };
  version.key = integer();
  version.path = text();
  version.state.sha256 = text();
  version.state.bytes = count();
  version.state.lines = count();
  version.state.stored_bytes = count();
  version.timestamp_us = integer();
  version.kind = read_kind(integer());
  version.agent = integer();
  version.agent_id = text();
  version.session = integer();
  version.client = text();
  version.pid = integer();
  version.lease = integer();
  version.note = text();
  version.state.mode = static_cast<std::uint32_t>(integer() & 07777);
  version.state.modified_us = integer();
  return version;
}

core::OpenWrite read_open_write(SQLite::Statement& row) {
  core::OpenWrite open;
  int column = 0;
  const auto integer = [&] { return row.getColumn(column++).getInt64(); };
  const auto count = [&] { return static_cast<std::uint64_t>(integer()); };
  const auto text = [&] { return row.getColumn(column++).getString(); };
  open.key = integer();
  open.write.path = text();
  open.write.kind = read_kind(integer());
  for (core::FileState* state : {&open.write.before, &open.write.after}) {
    state->sha256 = text();
    state->bytes = count();
    state->lines = count();
    state->stored_bytes = count();
    if (state == &open.write.after) break;
    state->mode = static_cast<std::uint32_t>(integer() & 07777);
    state->modified_us = integer();
  }
  open.write.agent_id = text();
  open.session = integer();
  open.write.lease = integer();
  open.write.note = text();
  open.temporary = text();
  open.begun_us = integer();
  return open;
}

core::LeasePath read_path(const std::string& text) {
  auto paths = decode_paths(text);
  return paths.empty() ? core::LeasePath{} : std::move(paths.front());
}

}  // namespace

void SqliteStore::apply(const core::FileVersionAppended& change) {
  const core::FileVersion& version = change.version;
  SQLite::Statement& statement = statements_->insert_file_version;
  int place = 0;
  const auto integer = [&](std::int64_t value) { statement.bind(++place, value); };
  const auto count = [&](std::uint64_t value) { integer(static_cast<std::int64_t>(value)); };
  const auto text = [&](const std::string& value) { statement.bindNoCopy(++place, value); };
  integer(version.key);
  text(version.path);
  text(version.state.sha256);
  count(version.state.bytes);
  count(version.state.lines);
  count(version.state.stored_bytes);
  integer(version.timestamp_us);
  integer(static_cast<int>(version.kind));
  integer(version.agent);
  text(version.agent_id);
  integer(version.session);
  text(version.client);
  integer(version.pid);
  integer(version.lease);
  text(version.note);
  integer(version.state.mode);
  integer(version.state.modified_us);
  run(statement);
}

void SqliteStore::apply(const core::FileVersionsPruned& change) {
  for (const core::FileVersionKey key : change.keys) {
    statements_->delete_file_version.bind(1, key);
    run(statements_->delete_file_version);
  }
}

void SqliteStore::apply(const core::OpenWriteSaved& change) {
  const core::OpenWrite& open = change.open;
  SQLite::Statement& statement = statements_->save_open_write;
  int place = 0;
  const auto integer = [&](std::int64_t value) { statement.bind(++place, value); };
  const auto count = [&](std::uint64_t value) { integer(static_cast<std::int64_t>(value)); };
  const auto text = [&](const std::string& value) { statement.bindNoCopy(++place, value); };
  integer(open.key);
  text(open.write.path);
  integer(static_cast<int>(open.write.kind));
  for (const core::FileState* state : {&open.write.before, &open.write.after}) {
    text(state->sha256);
    count(state->bytes);
    count(state->lines);
    count(state->stored_bytes);
    if (state == &open.write.after) break;
    integer(state->mode);
    integer(state->modified_us);
  }
  text(open.write.agent_id);
  integer(open.session);
  integer(open.write.lease);
  text(open.write.note);
  text(open.temporary);
  integer(open.begun_us);
  run(statement);
}

void SqliteStore::apply(const core::OpenWriteEnded& change) {
  statements_->delete_open_write.bind(1, change.key);
  run(statements_->delete_open_write);
}

void SqliteStore::apply(const core::ProtectionSaved& change) {
  const core::Protection& protection = change.protection;
  const std::string path = encode_paths({protection.path});
  SQLite::Statement& statement =
      change.removed ? statements_->delete_protection : statements_->save_protection;
  statement.bindNoCopy(1, protection.path.pattern.text());
  if (!change.removed) {
    statement.bindNoCopy(2, path);
    statement.bindNoCopy(3, protection.reason);
    statement.bindNoCopy(4, protection.by);
    statement.bind(5, protection.since_us);
  }
  run(statement);
}

void SqliteStore::apply(const core::UnlockSaved& change) {
  const core::Unlock& unlock = change.unlock;
  const std::string path = encode_paths({unlock.path});
  // Those that are over are of no use to anybody.
  statements_->delete_unlocks_before.bind(1, unlock.granted_us);
  run(statements_->delete_unlocks_before);
  SQLite::Statement& statement = statements_->save_unlock;
  statement.bindNoCopy(1, unlock.path.pattern.text());
  statement.bindNoCopy(2, unlock.agent_id);
  statement.bindNoCopy(3, path);
  statement.bindNoCopy(4, unlock.reason);
  statement.bindNoCopy(5, unlock.by);
  statement.bind(6, unlock.granted_us);
  statement.bind(7, unlock.until_us);
  run(statement);
}

void SqliteStore::load_files(core::StateSeed& seed) {
  SQLite::Statement highest(*database_, "SELECT seq FROM sqlite_sequence WHERE name = 'file_version'");
  seed.keys.file_version = highest.executeStep() ? highest.getColumn(0).getInt64() : 0;
  SQLite::Statement versions(
      *database_,
      fmt::format("SELECT * FROM (SELECT * FROM file_version ORDER BY key DESC LIMIT {}) ORDER BY key",
                  2 * core::FileTable::kRememberedFiles));
  while (versions.executeStep()) seed.file_versions.push_back(read_version(versions));

  seed.keys.open_write = database_->execAndGet("SELECT coalesce(max(key), 0) FROM open_write").getInt64();
  SQLite::Statement open(*database_, "SELECT * FROM open_write ORDER BY key");
  while (open.executeStep()) seed.open_writes.push_back(read_open_write(open));

  SQLite::Statement protections(*database_,
                                "SELECT path, reason, by, since_us FROM protection ORDER BY pattern");
  while (protections.executeStep()) {
    core::Protection protection;
    protection.path = read_path(protections.getColumn(0).getString());
    protection.reason = protections.getColumn(1).getString();
    protection.by = protections.getColumn(2).getString();
    protection.since_us = protections.getColumn(3).getInt64();
    seed.protections.push_back(std::move(protection));
  }
  SQLite::Statement unlocks(
      *database_,
      "SELECT path, agent_id, reason, by, granted_us, until_us FROM file_unlock ORDER BY granted_us");
  while (unlocks.executeStep()) {
    core::Unlock unlock;
    unlock.path = read_path(unlocks.getColumn(0).getString());
    unlock.agent_id = unlocks.getColumn(1).getString();
    unlock.reason = unlocks.getColumn(2).getString();
    unlock.by = unlocks.getColumn(3).getString();
    unlock.granted_us = unlocks.getColumn(4).getInt64();
    unlock.until_us = unlocks.getColumn(5).getInt64();
    seed.unlocks.push_back(std::move(unlock));
  }
}

core::Result<FileVersionPage> SqliteStore::load_file_versions(const std::string& path,
                                                              core::FileVersionKey before,
                                                              std::size_t limit) {
  return guarded([&]() -> core::Result<FileVersionPage> {
    FileVersionPage page;
    SQLite::Statement& statement = statements_->file_versions;
    const StatementUse use(statement);
    statement.bindNoCopy(1, path);
    statement.bind(2, before > 0 ? before : INT64_MAX);
    statement.bind(3, static_cast<std::int64_t>(limit) + 1);
    while (statement.executeStep()) page.versions.push_back(read_version(statement));
    page.more = page.versions.size() > limit;
    if (page.more) page.versions.resize(limit);
    return page;
  });
}

core::Result<std::optional<core::FileVersion>> SqliteStore::load_file_version(core::FileVersionKey key) {
  return guarded([&]() -> core::Result<std::optional<core::FileVersion>> {
    SQLite::Statement& statement = statements_->file_version;
    const StatementUse use(statement);
    statement.bind(1, key);
    if (!statement.executeStep()) return std::optional<core::FileVersion>();
    return std::optional(read_version(statement));
  });
}

core::Result<std::optional<core::FileVersion>> SqliteStore::load_file_version_at(const std::string& path,
                                                                                 std::int64_t time_us) {
  return guarded([&]() -> core::Result<std::optional<core::FileVersion>> {
    std::optional<core::FileVersion> then;
    {
      SQLite::Statement& statement = statements_->file_version_at;
      const StatementUse use(statement);
      statement.bindNoCopy(1, path);
      statement.bind(2, time_us);
      if (statement.executeStep()) then = read_version(statement);
    }
    // What governor saw only later may have been there before, as the file's own time says.
    for (;;) {
      SQLite::Statement& statement = statements_->file_version_after;
      const StatementUse use(statement);
      statement.bindNoCopy(1, path);
      statement.bind(2, then ? then->key : 0);
      if (!statement.executeStep()) return then;
      core::FileVersion later = read_version(statement);
      const std::int64_t written_us = later.state.modified_us;
      if (written_us == 0 || written_us > time_us || (then && written_us < then->timestamp_us)) return then;
      then = std::move(later);
    }
  });
}

core::Result<std::vector<std::string>> SqliteStore::load_files_below(const std::string& directory,
                                                                     const std::string& after,
                                                                     std::size_t limit) {
  return guarded([&]() -> core::Result<std::vector<std::string>> {
    // From each file to the next one in the index, past all its versions.
    SQLite::Statement statement(
        *database_,
        "WITH RECURSIVE file(path) AS (SELECT min(path) FROM file_version WHERE path > ?1 AND path < ?2 "
        "UNION ALL SELECT (SELECT min(path) FROM file_version WHERE path > file.path AND path < ?2) FROM "
        "file "
        "WHERE path IS NOT NULL) SELECT path FROM file WHERE path IS NOT NULL LIMIT ?3");
    const std::string first = directory == "/" ? directory : directory + '/';
    std::string end = first;
    ++end.back();
    statement.bind(1, std::max(first, after));
    statement.bind(2, end);
    statement.bind(3, static_cast<std::int64_t>(limit));
    std::vector<std::string> paths;
    while (statement.executeStep()) paths.push_back(statement.getColumn(0).getString());
    return paths;
  });
}

bool SqliteStore::is_content_needed(const std::string& sha256,
                                    const std::vector<core::FileVersionKey>& without) {
  SQLite::Statement& statement = statements_->versions_of_content;
  const StatementUse use(statement);
  statement.bindNoCopy(1, sha256);
  while (statement.executeStep()) {
    if (std::find(without.begin(), without.end(), statement.getColumn(0).getInt64()) == without.end())
      return true;
  }
  return false;
}

std::vector<SqliteStore::PrunableRow> SqliteStore::versions_after(const PruneScan& scan, std::size_t slice) {
  std::vector<PrunableRow> rows;
  SQLite::Statement& statement = statements_->versions_to_prune;
  const StatementUse use(statement);
  statement.bind(1, scan.after);
  statement.bind(2, static_cast<std::int64_t>(slice));
  statement.bind(3, static_cast<std::int64_t>(scan.keep_count));
  while (statement.executeStep()) {
    rows.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                    static_cast<std::uint64_t>(statement.getColumn(2).getInt64()),
                    statement.getColumn(3).getInt64(),
                    static_cast<std::uint64_t>(statement.getColumn(4).getInt64())});
  }
  return rows;
}

std::optional<core::Error> SqliteStore::find_prunable(PruneScan& scan, std::size_t slice) {
  const auto find = [&]() -> core::Result<bool> {
    for (std::string& sha256 : std::exchange(scan.doubtful, {})) {
      if (!is_content_needed(sha256, {})) scan.contents.push_back(std::move(sha256));
    }
    const std::vector<PrunableRow> rows = versions_after(scan, slice);
    for (const PrunableRow& row : rows) {
      scan.after = row.key;
      const bool too_many = row.newer >= scan.keep_count;
      const bool too_old = row.timestamp_us < scan.oldest_us && row.newer > 0;
      const bool too_large = scan.excess_bytes > 0 && (row.newer > 0 || scan.newest_too);
      if (!too_many && !too_old && !too_large) continue;
      if (std::find(scan.versions.begin(), scan.versions.end(), row.key) != scan.versions.end()) continue;
      scan.versions.push_back(row.key);
      if (row.sha256.empty() || is_content_needed(row.sha256, scan.versions)) continue;
      scan.contents.push_back(row.sha256);
      scan.excess_bytes -= std::min(scan.excess_bytes, row.stored_bytes);
    }
    if (rows.size() == slice) return true;
    scan.done = scan.excess_bytes == 0 || scan.newest_too;
    scan.newest_too = true;
    scan.after = 0;
    return true;
  };
  auto outcome = guarded(find);
  return outcome ? std::nullopt : std::optional(std::move(outcome.error()));
}

}  // namespace governor::daemon
