#include "daemon/store/row_seals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/store/chained_rows.hpp"
#include "daemon/store/row_hash_function.hpp"
#include "daemon/store/sqlite_statements.hpp"
#include "daemon/store/statement_use.hpp"

namespace governor::daemon {
namespace {

std::string hash_call(const std::string& columns) {
  return fmt::format("governor_row_hash({})", columns);
}

/// Combining twice is not combining at all.
void combine(RowHash& sum, const RowHash& hash) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= hash[i];
}

std::string columns_of(SQLite::Database& database, const std::string& table) {
  SQLite::Statement columns(database,
                            "SELECT group_concat('t.\"' || name || '\"', ', ') FROM pragma_table_info(?)");
  columns.bind(1, table);
  return columns.executeStep() ? columns.getColumn(0).getString() : "";
}

struct SealedName {
  const char* table;
  const char* key;
};
constexpr std::array<SealedName, 9> kSealed{{{"agent", "key"},
                                             {"alert", "key"},
                                             {"task", "key"},
                                             {"task_standing", "task"},
                                             {"lease", "key"},
                                             {"outcome", "history"},
                                             {"deployment", "key"},
                                             {"deployment_standing", "deployment"},
                                             {"approval", "key"}}};

std::string setting_name(const std::string& table) {
  return "sealed_columns/" + table;
}

}  // namespace

/// To parse them costs several times what they do.
struct RowSeals::Statements {
  Statements(SQLite::Database& database, const std::string& table, const std::string& key,
             const std::string& hash_of_row)
      : seal_of(database,
                fmt::format("SELECT hash FROM row_seal WHERE table_name = '{}' AND row = ?", table)),
        row_hash(database, fmt::format("SELECT {} FROM {} AS t WHERE t.{} = ?", hash_of_row, table, key)),
        save(database,
             fmt::format("INSERT OR REPLACE INTO row_seal(table_name, row, hash) VALUES('{}', ?, ?)", table)),
        remove(database, fmt::format("DELETE FROM row_seal WHERE table_name = '{}' AND row = ?", table)) {}

  SQLite::Statement seal_of;
  SQLite::Statement row_hash;
  SQLite::Statement save;
  SQLite::Statement remove;
};

RowSeals::RowSeals(SQLite::Database& database, std::string table, const char* key_column)
    : database_(database),
      table_(std::move(table)),
      key_(key_column),
      columns_(columns_of(database, table_)),
      hash_of_row_(hash_call(columns_)),
      sum_(database, "sealed " + table_) {
  add_row_hash_function(database_);
  adopt_rows();
}

RowSeals::~RowSeals() = default;

/// Rows of a table that is sealed for the first time, or whose columns have changed.
void RowSeals::adopt_rows() {
  std::string remembered;
  {
    SQLite::Statement setting(database_, "SELECT value FROM setting WHERE name = ?");
    setting.bind(1, setting_name(table_));
    if (setting.executeStep()) remembered = setting.getColumn(0).getString();
  }
  if (remembered == columns_) return;
  // The hashes before and now, if the row fits the one before; of a table that was never sealed every row
  // does.
  const std::string fitting =
      remembered.empty()
          ? fmt::format("SELECT t.{} FROM {} AS t", key_, table_)
          : fmt::format(
                "SELECT t.{0} FROM {1} AS t JOIN row_seal AS s ON s.table_name = '{1}' AND s.row = t.{0} "
                "WHERE s.hash = {2}",
                key_, table_, hash_call(remembered));
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  std::vector<std::int64_t> rows;
  {
    SQLite::Statement select(database_, fitting);
    while (select.executeStep()) rows.push_back(select.getColumn(0).getInt64());
  }
  for (const std::int64_t row : rows) seal(row);
  remember_columns();
  sum_.save();
  transaction.commit();
  sum_.committed();
}

void RowSeals::remember_columns() {
  SQLite::Statement save(database_,
                         "INSERT INTO setting(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET "
                         "value = ?2");
  save.bind(1, setting_name(table_));
  save.bind(2, columns_);
  save.exec();
}

void RowSeals::seal(std::int64_t key) {
  if (!statements_) statements_ = std::make_unique<Statements>(database_, table_, key_, hash_of_row_);
  RowChain::End sum = sum_.pending();
  {
    const StatementUse use(statements_->seal_of);
    statements_->seal_of.bind(1, key);
    if (statements_->seal_of.executeStep()) {
      combine(sum.hash, read_row_hash(statements_->seal_of, 0));
      sum.entries -= 1;
    }
  }
  const StatementUse use(statements_->row_hash);
  statements_->row_hash.bind(1, key);
  if (statements_->row_hash.executeStep()) {
    const RowHash hash = read_row_hash(statements_->row_hash, 0);
    statements_->save.bind(1, key);
    statements_->save.bind(2, hash.data(), static_cast<int>(hash.size()));
    run(statements_->save);
    combine(sum.hash, hash);
    sum.entries += 1;
  } else {
    statements_->remove.bind(1, key);
    run(statements_->remove);
  }
  sum.last = std::max(sum.last, key);
  sum_.set_pending(sum);
}

bool RowSeals::check_rows(std::int64_t& key, std::size_t slice, std::vector<Problem>& problems) {
  SQLite::Statement rows(
      database_, fmt::format("SELECT t.{0}, s.hash, s.hash IS {2} FROM {1} AS t LEFT JOIN row_seal AS s ON "
                             "s.table_name = '{1}' AND s.row = t.{0} WHERE t.{0} > ? ORDER BY t.{0} LIMIT ?",
                             key_, table_, hash_of_row_));
  rows.bind(1, key);
  rows.bind(2, static_cast<std::int64_t>(slice));
  std::size_t read = 0;
  for (; rows.executeStep(); ++read) {
    key = rows.getColumn(0).getInt64();
    if (rows.getColumn(1).isNull()) {
      problems.push_back({key, "the row was added by others than governor"});
    } else if (rows.getColumn(2).getInt() == 0) {
      problems.push_back({key, "the row was changed"});
    }
  }
  return read < slice;
}

void RowSeals::check_seals(std::vector<Problem>& problems) {
  SQLite::Statement seals(
      database_,
      fmt::format("SELECT s.row, s.hash, t.{0} IS NULL FROM row_seal AS s LEFT JOIN {1} AS t ON t.{0} "
                  "= s.row WHERE s.table_name = '{1}' ORDER BY s.row",
                  key_, table_));
  RowHash sum{};
  std::uint64_t count = 0;
  while (seals.executeStep()) {
    ++count;
    combine(sum, read_row_hash(seals, 1));
    if (seals.getColumn(2).getInt() != 0)
      problems.push_back({seals.getColumn(0).getInt64(), "the row is missing"});
  }
  if (count != sum_.end().entries || sum != sum_.end().hash)
    problems.push_back({0, "rows were changed, added or removed together with their hashes"});
}

std::deque<RowSeals> make_seals(SQLite::Database& database) {
  std::deque<RowSeals> seals;
  for (const SealedName& sealed : kSealed) seals.emplace_back(database, sealed.table, sealed.key);
  return seals;
}

std::vector<UnsealedRows> find_unsealed_rows(SQLite::Database& database) {
  add_row_hash_function(database);
  std::vector<UnsealedRows> found;
  for (const SealedName& sealed : kSealed) {
    SQLite::Statement columns(database, "SELECT value FROM setting WHERE name = ?");
    columns.bind(1, setting_name(sealed.table));
    if (!columns.executeStep()) continue;  // it was never sealed
    SQLite::Statement count(
        database,
        fmt::format(
            "SELECT count(*) FILTER (WHERE t.{0} IS NULL), count(*) FILTER (WHERE t.{0} IS NOT NULL AND "
            "s.hash IS NOT {2}) FROM row_seal AS s LEFT JOIN {1} AS t ON t.{0} = s.row WHERE "
            "s.table_name = '{1}'",
            sealed.key, sealed.table, hash_call(columns.getColumn(0).getString())));
    if (!count.executeStep()) continue;
    const UnsealedRows rows{sealed.table, static_cast<std::uint64_t>(count.getColumn(0).getInt64()),
                            static_cast<std::uint64_t>(count.getColumn(1).getInt64())};
    if (rows.missing > 0 || rows.other > 0) found.push_back(rows);
  }
  return found;
}

std::vector<RemovedRows> find_removed_rows(SQLite::Database& database) {
  std::vector<RemovedRows> found;
  for (const SealedName& sealed : kSealed) {
    SQLite::Statement rows(
        database, fmt::format("SELECT s.row FROM row_seal AS s LEFT JOIN {1} AS t ON t.{0} = s.row WHERE "
                              "s.table_name = '{1}' AND t.{0} IS NULL ORDER BY s.row",
                              sealed.key, sealed.table));
    RemovedRows removed{sealed.table, {}};
    while (rows.executeStep()) removed.keys.push_back(rows.getColumn(0).getInt64());
    if (!removed.keys.empty()) found.push_back(std::move(removed));
  }
  return found;
}

void forget_seals(SQLite::Database& database) {
  database.exec(
      "DELETE FROM row_seal; DELETE FROM setting WHERE name LIKE 'sealed_columns/%'; "
      "UPDATE chain SET entries = 0, hash = zeroblob(length(hash)) WHERE name LIKE 'sealed %'");
}

}  // namespace governor::daemon
