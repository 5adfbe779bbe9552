#include "daemon/store/lost_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace governor::daemon {
namespace {

/// In the place of a table's name: what is lost is not a row with that key but an update with that number.
constexpr const char* kNumbersOf = "update/";

}  // namespace

LostNumbers load_lost_numbers(SQLite::Database& database) {
  LostNumbers lost;
  if (!database.tableExists("loss")) return lost;
  SQLite::Statement rows(database,
                         "SELECT CAST(substr(table_name, length(?1) + 1) AS INTEGER), last FROM loss "
                         "WHERE substr(table_name, 1, length(?1)) = ?1");
  rows.bind(1, kNumbersOf);
  while (rows.executeStep()) {
    std::uint64_t& highest = lost[rows.getColumn(0).getInt64()];
    highest = std::max(highest, static_cast<std::uint64_t>(rows.getColumn(1).getInt64()));
  }
  return lost;
}

void save_lost_numbers(SQLite::Database& database, core::AgentKey agent, std::uint64_t newest,
                       std::uint64_t highest, std::int64_t now_us) {
  SQLite::Statement insert(database,
                           "INSERT INTO loss(table_name, first, last, timestamp_us) VALUES(?1, ?2, ?3, ?4)");
  insert.bind(1, fmt::format("{}{}", kNumbersOf, agent));
  insert.bind(2, static_cast<std::int64_t>(newest + 1));
  insert.bind(3, static_cast<std::int64_t>(highest));
  insert.bind(4, now_us);
  insert.exec();
}

}  // namespace governor::daemon
