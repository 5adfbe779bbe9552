#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/keys.hpp"
#include "core/update_record.hpp"

namespace governor::daemon {

/// An agent's newest row of history, with the figures that lists of agents need.
struct AgentHead {
  core::HistoryKey history = 0;
  std::uint64_t number = 0;
  std::uint32_t epoch = 1;
  std::int64_t timestamp_us = 0;
  core::Health health = core::Health::unknown;
  core::Action action = core::Action::unknown;
  double risk = 0;
  double coherence = 0;
};

AgentHead head_of(core::HistoryKey key, const core::UpdateRecord& record);

/// Over everything in the row of the index, so that one that was changed by others is not believed.
std::int64_t checksum_of(core::AgentKey agent, const AgentHead& head);

/// Finds each agent's newest row. The table behind it lags: writing one row of it an update would touch a
/// page for each agent in every commit, while the history, which is appended, says the same. What the table
/// lacks is kept in memory, written in slices now and then, and read again from the history after a crash.
/// The history is what counts: where the table does not fit its checksums, or lacks a row, it is made anew.
class HeadIndex {
 public:
  /// Reads from the history what the table lacks, or everything if the table cannot be trusted.
  explicit HeadIndex(SQLite::Database& database);
  /// The table was there and could not be trusted.
  [[nodiscard]] bool was_wrong() const { return was_wrong_; }

  /// Within a transaction: notes the head and, when enough lag behind, writes some of them.
  void stage(core::AgentKey agent, const AgentHead& head) { staged_.emplace_back(agent, head); }
  void write_slice();
  void committed();
  void rolled_back();
  /// Reads the rows that the history has beyond those that are known: after a transaction of which nobody
  /// knows whether it was committed.
  void catch_up();
  /// All that lags, in a transaction of its own.
  void write_all();

  [[nodiscard]] std::optional<AgentHead> find(core::AgentKey agent);
  /// Whether the table, or memory in its place, says that this is the agent's newest row.
  [[nodiscard]] bool is_newest(core::AgentKey agent, core::HistoryKey history);
  /// In place of what the table says, for whoever reads the table itself; null when it is up to date.
  [[nodiscard]] const AgentHead* lagging(core::AgentKey agent) const;

  static constexpr std::size_t kRowsBetweenWrites = 32768;
  static constexpr std::size_t kSlice = 512;

 private:
  void write(core::AgentKey agent, const AgentHead& head);
  void save_state(core::HistoryKey below);
  bool load_table();
  void mark_stored(core::AgentKey agent);
  std::optional<AgentHead> read_row(core::AgentKey agent);
  std::optional<AgentHead> find_in_history(core::AgentKey agent);
  [[nodiscard]] bool is_stored(core::AgentKey agent) const;

  SQLite::Statement write_;
  SQLite::Statement find_;
  SQLite::Statement save_state_;
  SQLite::Database& database_;
  std::unordered_map<core::AgentKey, AgentHead> lagging_;
  std::vector<std::pair<core::AgentKey, AgentHead>> staged_;
  std::vector<std::pair<core::AgentKey, core::HistoryKey>> written_;  ///< in the present transaction
  std::vector<core::AgentKey> to_write_;  ///< of the present round, in reverse order
  std::size_t slice_ = 0;                 ///< how many of them the present transaction writes
  core::HistoryKey round_below_ = 0;      ///< what the round, once done, has covered
  core::HistoryKey newest_ = 0;
  core::HistoryKey below_ = 0;  ///< the table covers the history up to this key
  bool round_ends_ = false;
  std::vector<bool> stored_;  ///< by agent: the table has a row of it
  std::int64_t stored_count_ = 0;
  std::int64_t added_ = 0;   ///< rows, in the present transaction
  bool must_empty_ = false;  ///< what is in the table is not to be believed
  bool was_wrong_ = false;
};

}  // namespace governor::daemon
