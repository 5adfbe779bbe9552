#include "daemon/store/head_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

#include "daemon/store/row_chain.hpp"
#include "daemon/store/row_codec.hpp"
#include "daemon/store/statement_use.hpp"

namespace governor::daemon {
namespace {

/// "<the table covers the history up to this key> <rows> <checksum of the two>".
constexpr const char* kHeads = "heads";
/// No agent has a key beyond it; a damaged row may.
constexpr core::AgentKey kHighestAgent = 1 << 28;

std::int64_t checksum_of_text(const std::string& text) {
  const RowHash hash = chain_hash({}, text);
  std::int64_t sum = 0;
  std::memcpy(&sum, hash.data(), sizeof sum);
  return sum;
}

std::string state_text(core::HistoryKey below, std::int64_t rows) {
  std::string text = fmt::format("{} {}", below, rows);
  return text + fmt::format(" {}", checksum_of_text("heads " + text));
}

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

std::int64_t checksum_of(core::AgentKey agent, const AgentHead& head) {
  return checksum_of_text(fmt::format("{} {} {} {} {} {} {} {:a} {:a}", agent, head.history, head.number,
                                      head.epoch, head.timestamp_us, static_cast<int>(head.health),
                                      static_cast<int>(head.action), std::isnan(head.risk) ? -1 : head.risk,
                                      std::isnan(head.coherence) ? -1 : head.coherence));
}

HeadIndex::HeadIndex(SQLite::Database& database)
    : write_(database,
             "INSERT OR REPLACE INTO agent_head(agent, history, number, epoch, timestamp_us, health, action, "
             "risk, coherence, checksum) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      find_(database,
            "SELECT history, number, epoch, timestamp_us, health, action, risk, coherence, checksum FROM "
            "agent_head WHERE agent = ?"),
      save_state_(database,
                  "INSERT INTO setting(name, value) VALUES(?1, ?2) "
                  "ON CONFLICT(name) DO UPDATE SET value = ?2"),
      database_(database) {
  if (!load_table()) {
    stored_.clear();
    stored_count_ = 0;
    below_ = 0;
    must_empty_ = true;
  }
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

/// False if the table does not fit its checksums.
bool HeadIndex::load_table() {
  std::string state;
  {
    SQLite::Statement setting(database_, "SELECT value FROM setting WHERE name = ?");
    setting.bind(1, kHeads);
    if (setting.executeStep()) state = setting.getColumn(0).getString();
  }
  SQLite::Statement rows(database_,
                         "SELECT history, number, epoch, timestamp_us, health, action, risk, coherence, "
                         "checksum, agent FROM agent_head");
  bool fits = true;
  while (fits && rows.executeStep()) {
    const core::AgentKey agent = rows.getColumn(9).getInt64();
    fits = agent > 0 && agent < kHighestAgent &&
           rows.getColumn(8).getInt64() == checksum_of(agent, read_head(rows, 0));
    if (!fits) break;
    mark_stored(agent);
  }
  if (state.empty()) return fits && stored_count_ == 0;  // nothing was ever written, or by an older governor
  below_ = std::strtoll(state.c_str(), nullptr, 10);
  fits = fits && state == state_text(below_, stored_count_);
  was_wrong_ = !fits;
  return fits;
}

bool HeadIndex::is_stored(core::AgentKey agent) const {
  return agent > 0 && static_cast<std::size_t>(agent) < stored_.size() &&
         stored_[static_cast<std::size_t>(agent)];
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
  write_.bind(10, checksum_of(agent, head));
  run(write_);
  if (!is_stored(agent)) ++added_;
  written_.emplace_back(agent, head.history);
}

void HeadIndex::mark_stored(core::AgentKey agent) {
  const auto place = static_cast<std::size_t>(agent);
  if (stored_.size() <= place) stored_.resize(place + 64);
  if (!stored_[place]) ++stored_count_;
  stored_[place] = true;
}

void HeadIndex::save_state(core::HistoryKey below) {
  save_state_.bind(1, kHeads);
  save_state_.bind(2, state_text(below, stored_count_ + added_));
  run(save_state_);
}

void HeadIndex::write_slice() {
  if (to_write_.empty()) {
    if (newest_ - below_ < static_cast<core::HistoryKey>(kRowsBetweenWrites)) return;
    round_below_ = newest_;
    for (const auto& [agent, head] : lagging_) to_write_.push_back(agent);
    // In the order of their pages, taken from the end.
    std::sort(to_write_.begin(), to_write_.end(), std::greater<>());
  }
  if (must_empty_) database_.exec("DELETE FROM agent_head");
  const std::size_t count = std::min(kSlice, to_write_.size());
  for (auto agent = to_write_.rbegin(); agent != to_write_.rbegin() + static_cast<std::ptrdiff_t>(count);
       ++agent) {
    if (const auto found = lagging_.find(*agent); found != lagging_.end()) write(*agent, found->second);
  }
  slice_ = count;
  round_ends_ = count == to_write_.size();
  save_state(round_ends_ ? round_below_ : below_);
}

void HeadIndex::committed() {
  if (slice_ > 0 || round_ends_) {
    to_write_.resize(to_write_.size() - std::exchange(slice_, 0));
    must_empty_ = false;
    added_ = 0;
    for (const auto& [agent, history] : written_) {
      mark_stored(agent);
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
  added_ = 0;
  slice_ = 0;
  round_ends_ = false;
}

void HeadIndex::write_all() {
  if (newest_ == below_ && !must_empty_) return;
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  if (must_empty_) database_.exec("DELETE FROM agent_head");
  added_ = 0;
  for (const auto& [agent, head] : lagging_) write(agent, head);
  save_state(newest_);
  transaction.commit();
  for (const auto& [agent, history] : written_) mark_stored(agent);
  must_empty_ = false;
  added_ = 0;
  to_write_.clear();
  written_.clear();
  lagging_.clear();
  below_ = newest_;
}

std::optional<AgentHead> HeadIndex::find(core::AgentKey agent) {
  if (const AgentHead* head = lagging(agent)) return *head;
  if (must_empty_ || !is_stored(agent)) return std::nullopt;  // it has no updates
  if (auto head = read_row(agent)) return head;
  // Somebody changed the table while it was in use.
  const auto head = find_in_history(agent);
  if (head) lagging_[agent] = *head;
  return head;
}

/// None if there is no row, or none that fits its checksum.
std::optional<AgentHead> HeadIndex::read_row(core::AgentKey agent) {
  const StatementUse use(find_);
  find_.bind(1, agent);
  if (!find_.executeStep()) return std::nullopt;
  const AgentHead head = read_head(find_, 0);
  if (find_.getColumn(8).getInt64() != checksum_of(agent, head)) return std::nullopt;
  return head;
}

std::optional<AgentHead> HeadIndex::find_in_history(core::AgentKey agent) {
  SQLite::Statement row(
      database_,
      "SELECT key, number, epoch, timestamp_us, health, action, risk, coherence FROM history "
      "WHERE agent = ? ORDER BY key DESC LIMIT 1");
  row.bind(1, agent);
  return row.executeStep() ? std::optional(read_head(row, 0)) : std::nullopt;
}

bool HeadIndex::is_newest(core::AgentKey agent, core::HistoryKey history) {
  if (const AgentHead* head = lagging(agent)) return head->history == history;
  const auto head = read_row(agent);
  return head && head->history == history;
}

const AgentHead* HeadIndex::lagging(core::AgentKey agent) const {
  const auto found = lagging_.find(agent);
  return found == lagging_.end() ? nullptr : &found->second;
}

}  // namespace governor::daemon
