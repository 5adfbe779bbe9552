#include "daemon/store/schema_check.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>

namespace governor::daemon {
namespace {

std::vector<SchemaObjects> work_out_schemas(Migrations migrations) {
  SQLite::Database memory(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  std::vector<SchemaObjects> schemas(1);
  for (const char* migration : migrations) {
    if (memory.tryExec(migration) != SQLITE_OK) break;
    schemas.push_back(read_schema(memory));
  }
  return schemas;
}

}  // namespace

std::shared_ptr<const KnownSchemas> known_schemas(Migrations migrations) {
  thread_local std::weak_ptr<const KnownSchemas> kept;
  auto known = kept.lock();
  if (known &&
      std::equal(migrations.begin(), migrations.end(), known->migrations.begin(), known->migrations.end())) {
    return known;
  }
  known = std::make_shared<const KnownSchemas>(
      KnownSchemas{{migrations.begin(), migrations.end()}, work_out_schemas(migrations)});
  kept = known;
  return known;
}

SchemaObjects read_schema(SQLite::Database& database) {
  SchemaObjects objects;
  SQLite::Statement rows(database,
                         "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master "
                         "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  while (rows.executeStep()) objects[rows.getColumn(0).getString()] = rows.getColumn(1).getString();
  return objects;
}

SchemaObjects expected_schema(Migrations migrations, std::size_t version) {
  const auto known = known_schemas(migrations);
  if (version < known->versions.size()) return known->versions[version];
  throw std::runtime_error(fmt::format("migration {} fails", known->versions.size()));
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
  const auto known = known_schemas(migrations);
  const std::vector<SchemaObjects>& schemas = known->versions;
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
  const auto known = known_schemas(migrations);
  const std::vector<SchemaObjects>& schemas = known->versions;
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
