#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "daemon/store/row_chain.hpp"

namespace governor::daemon {

/// Seals the rows of a table that change: of each row a hash lies apart, in `row_seal`, and all of these are
/// summed up in the table `chain`. A row that was changed, added or removed by others is found by comparing.
/// As with the chains, who may write the file can compute everything anew.
class RowSeals {
 public:
  /// Which columns the hashes cover is remembered: when a migration changes the table, rows that fit what
  /// they were are sealed anew, and those that do not stay found. Sealing anew writes.
  RowSeals(SQLite::Database& database, std::string table, const char* key_column);
  ~RowSeals();
  RowSeals(const RowSeals&) = delete;
  RowSeals& operator=(const RowSeals&) = delete;

  /// Within a transaction, after the row was written or removed.
  void seal(std::int64_t key);
  void save() { sum_.save(); }
  void committed() { sum_.committed(); }
  void rolled_back() { sum_.rolled_back(); }
  void load() { sum_.load(); }

  struct Problem {
    std::int64_t row = 0;
    std::string what;
  };
  /// Of the next `slice` rows after `key`, which moves on; true when there are no more.
  bool check_rows(std::int64_t& key, std::size_t slice, std::vector<Problem>& problems);
  /// Of rows that are gone, and of the seals themselves.
  void check_seals(std::vector<Problem>& problems);

  /// Of all rows that there ever were.
  [[nodiscard]] std::int64_t highest_row() const { return sum_.end().last; }
  [[nodiscard]] const std::string& table() const { return table_; }

 private:
  struct Statements;

  void adopt_rows();
  void remember_columns();

  SQLite::Database& database_;
  std::string table_;
  std::string key_;
  std::string columns_;
  std::string hash_of_row_;                 ///< SQL
  RowChain sum_;                            ///< how many seals there are, and all of them combined
  std::unique_ptr<Statements> statements_;  ///< of `seal`, made when the first row is
};

/// The tables whose rows are sealed, by their place in what `make_seals` makes.
enum SealedTable {
  kSealedAgent,
  kSealedAlert,
  kSealedTask,
  kSealedTaskStanding,
  kSealedLease,
  kSealedOutcome,
  kSealedDeployment,
  kSealedDeploymentStanding,
  kSealedApproval
};
std::deque<RowSeals> make_seals(SQLite::Database& database);

/// For a database that is put together anew: how many rows of each table do not fit their seals, or are gone
/// though there is a seal. Whatever is there counts as sound from then on; keys that were used stay used.
struct UnsealedRows {
  std::string table;
  std::uint64_t missing = 0;
  std::uint64_t other = 0;  ///< than they were when they were written last
};
std::vector<UnsealedRows> find_unsealed_rows(SQLite::Database& database);
/// The rows themselves, of all that are gone.
struct RemovedRows {
  std::string table;
  std::vector<std::int64_t> keys;
};
std::vector<RemovedRows> find_removed_rows(SQLite::Database& database);
void forget_seals(SQLite::Database& database);

}  // namespace governor::daemon
