#include "daemon/store/salvage.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <limits>
#include <optional>
#include <stdexcept>

#include "daemon/store/schema.hpp"

namespace governor::daemon {
namespace {

const std::vector<UnreadRange> kEverything{{1, std::numeric_limits<std::int64_t>::max()}};

struct TableShape {
  std::string name;
  std::string columns;  ///< quoted, by commas
  std::string places;   ///< "?, ?, …"
  bool has_rowid = true;
};

std::vector<TableShape> table_shapes(SQLite::Database& database) {
  std::vector<TableShape> shapes;
  SQLite::Statement tables(database,
                           "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                           "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
  while (tables.executeStep()) {
    TableShape shape{tables.getColumn(0).getString(), "", "", tables.getColumn(1).getInt() == 0};
    SQLite::Statement columns(database,
                              "SELECT group_concat('\"' || name || '\"', ', '), group_concat('?', ', ') "
                              "FROM pragma_table_info(?)");
    columns.bind(1, shape.name);
    if (!columns.executeStep()) continue;
    shape.columns = columns.getColumn(0).getString();
    shape.places = columns.getColumn(1).getString();
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

/// Puts rows into a table; one that is there already stays.
class RowCopy {
 public:
  RowCopy(SQLite::Database& target, const TableShape& shape)
      : target_(target.getHandle()),
        insert_(target_, fmt::format("INSERT OR IGNORE INTO {}({}) VALUES({})", shape.name, shape.columns,
                                     shape.places)) {
    if (!insert_) throw std::runtime_error(sqlite3_errmsg(target_));
  }

  enum class Outcome { added, was_there, unfit };

  Outcome put(const RawStatement& row, int first_column) {
    for (int place = 1; first_column + place - 1 < row.columns(); ++place)
      sqlite3_bind_value(insert_.get(), place, sqlite3_column_value(row.get(), first_column + place - 1));
    const int outcome = insert_.step();
    const bool added = outcome == SQLITE_DONE && sqlite3_changes(target_) > 0;
    const std::string why = outcome == SQLITE_DONE ? "" : sqlite3_errmsg(target_);
    insert_.reset();
    if (outcome == SQLITE_DONE) return added ? Outcome::added : Outcome::was_there;
    // A value of the wrong kind is a damaged row. Everything else is trouble with the new database.
    if (outcome == SQLITE_CONSTRAINT || outcome == SQLITE_MISMATCH || outcome == SQLITE_TOOBIG)
      return Outcome::unfit;
    throw std::runtime_error(fmt::format("the new database cannot be written: {}", why));
  }

 private:
  sqlite3* target_;
  RawStatement insert_;
};

/// Of a table without rowids, which are small: in the order of its key, from both ends.
std::vector<UnreadRange> read_by_key(sqlite3* source, const TableShape& shape,
                                     const ReadableRows::Take& take) {
  for (const char* order : {"ASC", "DESC"}) {
    RawStatement rows(source,
                      fmt::format("SELECT 0, {} FROM {} ORDER BY 2 {}", shape.columns, shape.name, order));
    if (!rows) break;
    int outcome = SQLITE_ROW;
    for (std::size_t n = 0; (outcome = rows.step()) == SQLITE_ROW && n < 1'000'000; ++n) take(rows);
    if (outcome == SQLITE_DONE) return {};
  }
  return kEverything;
}

void copy_readable(sqlite3* source, SQLite::Database& target, const TableShape& shape, SalvagedTable& table) {
  RowCopy copy(target, shape);
  std::vector<UnreadRange> unfit;
  const auto take = [&](RawStatement& row) {
    const auto outcome = copy.put(row, 1);
    if (outcome == RowCopy::Outcome::added) ++table.read;
    if (outcome != RowCopy::Outcome::unfit) return;
    ++table.unfit;
    unfit.push_back({row.integer(0), row.integer(0)});
  };
  table.unread = shape.has_rowid ? ReadableRows(source, shape.name, shape.columns).read(take)
                                 : read_by_key(source, shape, take);
  table.unread.insert(table.unread.end(), unfit.begin(), unfit.end());
}

void complete_from(sqlite3* second, SQLite::Database& target, const TableShape& shape, SalvagedTable& table) {
  RowCopy copy(target, shape);
  const auto take = [&](RawStatement& row) {
    if (copy.put(row, 1) == RowCopy::Outcome::added) ++table.from_second;
  };
  const bool only_grows = table.name == "history" || table.name == "audit" || table.name == "evidence";
  if (!shape.has_rowid) {
    if (!table.whole()) read_by_key(second, shape, take);
    return;
  }
  if (only_grows) {
    ReadableRows(second, shape.name, shape.columns).read(take);
    return;
  }
  RawStatement rows(second, fmt::format("SELECT rowid, {} FROM {} WHERE rowid >= ?1 AND rowid <= ?2",
                                        shape.columns, shape.name));
  if (!rows) return;
  for (const UnreadRange& range : table.unread) {
    rows.bind(1, range.first);
    rows.bind(2, range.last);
    int outcome = SQLITE_ROW;
    // What fails once is no damage; a row that is there already stays.
    for (int tries = 0; tries < 2 && outcome != SQLITE_DONE; ++tries) {
      while ((outcome = rows.step()) == SQLITE_ROW) take(rows);
      rows.reset();
    }
  }
}

/// Highest keys that were ever used, where the table remembers them.
void raise_sequences(sqlite3* source, SQLite::Database& target) {
  RawStatement sequences(source, "SELECT 0, name, seq FROM sqlite_sequence");
  if (!sequences) return;
  for (int n = 0; n < 100 && sequences.step() == SQLITE_ROW; ++n) {
    const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(sequences.get(), 1));
    if (name == nullptr) continue;
    SQLite::Statement raise(target, "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1");
    raise.bind(1, std::string(name));
    raise.bind(2, sequences.integer(2));
    if (raise.exec() > 0) continue;
    SQLite::Statement add(target, "INSERT INTO sqlite_sequence(name, seq) VALUES(?1, ?2)");
    add.bind(1, std::string(name));
    add.bind(2, sequences.integer(2));
    add.exec();
  }
}

SQLite::Database open_source(const std::string& path) {
  SQLite::Database source(path, SQLite::OPEN_READWRITE, 2000);
  // What is to be set aside stays as it was found.
  sqlite3_db_config(source.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_exec(source.getHandle(), "PRAGMA cell_size_check=ON", nullptr, nullptr, nullptr);
  return source;
}

}  // namespace

std::vector<SalvagedTable> salvage(const std::string& first, const std::string& second,
                                   const std::string& target, std::size_t version, Migrations migrations) {
  SQLite::Database result(target, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  // It is synced as a whole when it is complete; until then a crash leaves a file that nobody reads.
  result.exec("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF");
  SQLite::Transaction transaction(result);
  for (const char* migration : migrations.first(version)) result.exec(migration);
  std::optional<SQLite::Database> from;
  std::optional<SQLite::Database> else_from;
  if (!first.empty()) from.emplace(open_source(first));
  if (!second.empty()) else_from.emplace(open_source(second));
  std::vector<SalvagedTable> tables;
  for (const TableShape& shape : table_shapes(result)) {
    SalvagedTable table;
    table.name = shape.name;
    if (from) {
      copy_readable(from->getHandle(), result, shape, table);
    } else {
      table.unread = kEverything;
    }
    if (else_from) complete_from(else_from->getHandle(), result, shape, table);
    tables.push_back(std::move(table));
  }
  if (else_from) raise_sequences(else_from->getHandle(), result);
  if (from) raise_sequences(from->getHandle(), result);
  result.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, version));
  transaction.commit();
  return tables;
}

void replace_rows(SQLite::Database& target, const std::string& second, const std::string& table,
                  const std::vector<std::int64_t>& keys) {
  std::optional<SQLite::Database> source;
  if (!second.empty()) source.emplace(open_source(second));
  SQLite::Statement remove(target, fmt::format("DELETE FROM {} WHERE rowid = ?", table));
  for (const TableShape& shape : table_shapes(target)) {
    if (shape.name != table) continue;
    RowCopy copy(target, shape);
    std::optional<RawStatement> rows;
    if (source) {
      rows.emplace(source->getHandle(),
                   fmt::format("SELECT rowid, {} FROM {} WHERE rowid = ?", shape.columns, table));
    }
    for (const std::int64_t key : keys) {
      remove.bind(1, key);
      remove.exec();
      remove.reset();
      if (!rows || !*rows) continue;
      rows->bind(1, key);
      if (rows->step() == SQLITE_ROW) copy.put(*rows, 1);
      rows->reset();
    }
  }
}

}  // namespace governor::daemon
