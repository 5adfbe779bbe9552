#include "daemon/store/schema_check.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <vector>

namespace governor::daemon {
namespace {

/// By version, from none on; up to a migration that fails.
std::vector<SchemaObjects> all_schemas(Migrations migrations) {
  SQLite::Database memory(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  std::vector<SchemaObjects> schemas(1);
  for (const char* migration : migrations) {
    if (memory.tryExec(migration) != SQLITE_OK) break;
    schemas.push_back(read_schema(memory));
  }
  return schemas;
}

}  // namespace

SchemaObjects read_schema(SQLite::Database& database) {
  SchemaObjects objects;
  SQLite::Statement rows(database,
                         "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master "
                         "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  while (rows.executeStep()) objects[rows.getColumn(0).getString()] = rows.getColumn(1).getString();
  return objects;
}

SchemaObjects expected_schema(Migrations migrations, std::size_t version) {
  SQLite::Database memory(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (const char* migration : migrations.first(version)) memory.exec(migration);
  return read_schema(memory);
}

std::optional<std::string> find_schema_fault(const SchemaObjects& found, const SchemaObjects& expected) {
  for (const auto& [object, sql] : expected) {
    const auto there = found.find(object);
    if (there == found.end()) return fmt::format("the {} is missing", object);
    if (there->second != sql) return fmt::format("the definition of the {} was changed", object);
  }
  return std::nullopt;
}

std::size_t version_of_schema(const SchemaObjects& found, Migrations migrations) {
  const std::vector<SchemaObjects> schemas = all_schemas(migrations);
  for (std::size_t version = schemas.size() - 1; version > 0; --version) {
    // A migration may change only rows: of versions that look alike the oldest is meant, and what the others
    // do is done again.
    if (schemas[version] == schemas[version - 1]) continue;
    if (!find_schema_fault(found, schemas[version])) return version;
  }
  return 0;
}

std::size_t likely_version(const SchemaObjects& found, Migrations migrations) {
  std::size_t best = 0;
  std::size_t most = 0;
  const std::vector<SchemaObjects> schemas = all_schemas(migrations);
  for (std::size_t version = 1; version < schemas.size(); ++version) {
    std::size_t there = 0;
    for (const auto& [object, sql] : schemas[version]) {
      const auto place = found.find(object);
      if (place != found.end() && place->second == sql) ++there;
    }
    if (there > most) {
      most = there;
      best = version;
    }
  }
  return best;
}

}  // namespace governor::daemon
