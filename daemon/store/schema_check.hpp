#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace governor::daemon {

// Damage that SQLite does not call damage: a schema that is not the one that the migrations make.

using Migrations = std::span<const char* const>;

/// Tables and indexes by "type name", with the statement that made each.
using SchemaObjects = std::map<std::string, std::string>;

/// What the migrations make, by version, from none on; up to a migration that fails.
struct KnownSchemas {
  std::vector<std::string> migrations;
  std::vector<SchemaObjects> versions;
};
/// Worked out once as long as this thread keeps one: a start, and above all a recovery, asks often.
std::shared_ptr<const KnownSchemas> known_schemas(Migrations migrations);

/// What the database has; objects of SQLite itself left out.
SchemaObjects read_schema(SQLite::Database& database);
/// What the first `version` migrations make.
SchemaObjects expected_schema(Migrations migrations, std::size_t version);

/// The first thing that is missing or other than expected; none if all is there. What there is besides does
/// no harm.
std::optional<std::string> find_schema_fault(const SchemaObjects& found, const SchemaObjects& expected);

/// The newest version whose schema this is; 0 if it is none.
std::size_t version_of_schema(const SchemaObjects& found, Migrations migrations);

/// For a schema that is damaged: the version that has most of it.
std::size_t likely_version(const SchemaObjects& found, Migrations migrations);

}  // namespace governor::daemon
