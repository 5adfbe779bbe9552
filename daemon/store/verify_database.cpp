#include "daemon/store/verify_database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "daemon/store/backup.hpp"
#include "daemon/store/chain_scan.hpp"
#include "daemon/store/find_trouble.hpp"
#include "daemon/store/removed_rows.hpp"

namespace governor::daemon {
namespace {

void look_at_chain(const std::string& name, const ChainScan& scan, const RowChain::End& end,
                   std::vector<std::string>& problems) {
  std::uint64_t missing = 0;
  for (const KeyRange& range : scan.missing) missing += range.count();
  if (missing > 0) problems.push_back(fmt::format("{}: {} rows are missing", name, missing));
  if (!scan.changed.empty()) {
    problems.push_back(fmt::format("{}: {} rows do not fit those before them, the first is {}", name,
                                   scan.changed.size(), scan.changed.front()));
  }
  if (missing == 0 && scan.end.entries != end.entries) {
    problems.push_back(
        fmt::format("{}: the chain counts {} rows, there are {}", name, end.entries, scan.end.entries));
  }
}

void look_inside(const std::string& path, Migrations migrations, DatabaseReport& report) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE, 2000);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database.exec("BEGIN");  // one moment of it, whoever writes meanwhile
  const auto marked = static_cast<std::size_t>(database.execAndGet("PRAGMA user_version").getInt());
  if (marked == 0) {
    report.problems.emplace_back("it has no schema: nothing was ever stored in it");
    return;
  }
  if (const auto fault = find_schema_fault(read_schema(database), expected_schema(migrations, marked))) {
    report.problems.push_back(*fault);
    return;
  }
  report.schema = marked;
  report.progress = read_progress(database);
  look_at_chain("history", scan_history(database), report.progress.history, report.problems);
  look_at_chain("audit log", scan_audit(database), report.progress.audit, report.problems);
  look_at_chain("evidence", scan_evidence(database), report.progress.evidence, report.problems);
  database.exec("COMMIT");  // the count has a moment of its own
  const RowCount count = count_rows(database, std::chrono::milliseconds(kWholeCheckMs));
  if (count.miscounted) report.problems.push_back(miscount_text(*count.miscounted));
}

}  // namespace

DatabaseReport verify_database(const std::string& path, Migrations migrations) {
  DatabaseReport report;
  std::error_code error;
  report.bytes = std::filesystem::file_size(path, error);
  if (error) {
    report.bytes = 0;
    report.problems.push_back(path + " cannot be read: " + error.message());
    return report;
  }
  if (report.bytes == 0) {
    report.problems.push_back(path + " is empty");
    return report;
  }
  try {
    if (const auto foreign = refuse_foreign(path, migrations)) {
      report.problems.push_back(foreign->message);
    } else if (auto damage = find_damage(path, kWholeCheckMs)) {
      report.problems.push_back(*std::move(damage));
    } else {
      look_inside(path, migrations, report);
    }
    // SQLite's files beside one that nobody uses go with the last who closes it in order.
    if (report.problems.empty())
      SQLite::Database(path, SQLite::OPEN_READWRITE, 2000).execAndGet("PRAGMA user_version");
  } catch (const std::exception& failure) {
    report.problems.emplace_back(failure.what());
  }
  return report;
}

}  // namespace governor::daemon
