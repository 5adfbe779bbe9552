#include "daemon/store/head_index.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "daemon/store/row_codec.hpp"
#include "daemon/store/statement_use.hpp"

namespace governor::daemon {
namespace {

constexpr const char* kBelow = "heads_below";

AgentHead read_head(SQLite::Statement& row, int first) {
  AgentHead head;
  head.history = row.getColumn(first).getInt64();
  head.number = static_cast<std::uint64_t>(row.getColumn(first + 1).getInt64());
  head.epoch = static_cast<std::uint32_t>(row.getColumn(first + 2).getInt64());
  head.timestamp_us = row.getColumn(first + 3).getInt64();
  head.health = static_cast<core::Health>(row.getColumn(first + 4).getInt());
  head.action = static_cast<core::Action>(row.getColumn(first + 5).getInt());
  head.risk = read_figure(row, first + 6);
  head.coherence = read_figure(row, first + 7);
  return head;
}

}  // namespace

AgentHead head_of(core::HistoryKey key, const core::UpdateRecord& r) {
  return {key, r.number, r.epoch, r.timestamp_us, r.health, r.action, r.risk, r.coherence};
}

HeadIndex::HeadIndex(SQLite::Database& database)
    : write_(database,
             "INSERT OR REPLACE INTO agent_head(agent, history, number, epoch, timestamp_us, health, action, "
             "risk, coherence) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      find_(database,
            "SELECT history, number, epoch, timestamp_us, health, action, risk, coherence FROM agent_head "
            "WHERE agent = ?"),
      save_below_(database,
                  "INSERT INTO setting(name, value) VALUES(?1, ?2) "
                  "ON CONFLICT(name) DO UPDATE SET value = ?2"),
      database_(database) {
  SQLite::Statement below(database, "SELECT CAST(value AS INTEGER) FROM setting WHERE name = ?");
  below.bind(1, kBelow);
  if (below.executeStep()) below_ = below.getColumn(0).getInt64();
  newest_ = below_;
  catch_up();
}

void HeadIndex::catch_up() {
  SQLite::Statement rows(database_,
                         "SELECT key, number, epoch, timestamp_us, health, action, risk, coherence, agent "
                         "FROM history WHERE key > ? ORDER BY key");
  rows.bind(1, newest_);
  while (rows.executeStep()) {
    const AgentHead head = read_head(rows, 0);
    newest_ = head.history;
    lagging_[rows.getColumn(8).getInt64()] = head;
  }
}

void HeadIndex::write(core::AgentKey agent, const AgentHead& head) {
  write_.bind(1, agent);
  write_.bind(2, head.history);
  write_.bind(3, static_cast<std::int64_t>(head.number));
  write_.bind(4, static_cast<std::int64_t>(head.epoch));
  write_.bind(5, head.timestamp_us);
  write_.bind(6, static_cast<int>(head.health));
  write_.bind(7, static_cast<int>(head.action));
  write_.bind(8, head.risk);
  write_.bind(9, head.coherence);
  run(write_);
  written_.emplace_back(agent, head.history);
}

void HeadIndex::save_below(core::HistoryKey key) {
  save_below_.bind(1, kBelow);
  save_below_.bind(2, std::to_string(key));
  run(save_below_);
}

void HeadIndex::write_slice() {
  if (to_write_.empty()) {
    if (newest_ - below_ < static_cast<core::HistoryKey>(kRowsBetweenWrites)) return;
    round_below_ = newest_;
    for (const auto& [agent, head] : lagging_) to_write_.push_back(agent);
    // In the order of their pages, taken from the end.
    std::sort(to_write_.begin(), to_write_.end(), std::greater<>());
  }
  const std::size_t count = std::min(kSlice, to_write_.size());
  for (auto agent = to_write_.rbegin(); agent != to_write_.rbegin() + static_cast<std::ptrdiff_t>(count);
       ++agent) {
    if (const auto found = lagging_.find(*agent); found != lagging_.end()) write(*agent, found->second);
  }
  slice_ = count;
  if (count == to_write_.size()) {
    save_below(round_below_);
    round_ends_ = true;
  }
}

void HeadIndex::committed() {
  if (slice_ > 0 || round_ends_) {
    to_write_.resize(to_write_.size() - std::exchange(slice_, 0));
    for (const auto& [agent, history] : written_) {
      const auto found = lagging_.find(agent);
      if (found != lagging_.end() && found->second.history == history) lagging_.erase(found);
    }
    written_.clear();
    if (std::exchange(round_ends_, false)) below_ = round_below_;
  }
  for (const auto& [agent, head] : staged_) {
    lagging_[agent] = head;
    newest_ = head.history;
  }
  staged_.clear();
}

void HeadIndex::rolled_back() {
  staged_.clear();
  written_.clear();
  slice_ = 0;
  round_ends_ = false;
}

void HeadIndex::write_all() {
  if (newest_ == below_) return;
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  for (const auto& [agent, head] : lagging_) write(agent, head);
  save_below(newest_);
  transaction.commit();
  to_write_.clear();
  written_.clear();
  lagging_.clear();
  below_ = newest_;
}

std::optional<AgentHead> HeadIndex::find(core::AgentKey agent) {
  if (const AgentHead* head = lagging(agent)) return *head;
  const StatementUse use(find_);
  find_.bind(1, agent);
  if (!find_.executeStep()) return std::nullopt;
  return read_head(find_, 0);
}

const AgentHead* HeadIndex::lagging(core::AgentKey agent) const {
  const auto found = lagging_.find(agent);
  return found == lagging_.end() ? nullptr : &found->second;
}

}  // namespace governor::daemon
