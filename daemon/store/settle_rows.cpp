#include "daemon/store/settle_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/lost_numbers.hpp"

namespace governor::daemon {
namespace {

/// Rows that fit are kept. What does not fit even as the second database has it goes.
template <class Scan>
auto make_fit(SQLite::Database& database, const std::string& second, const char* table, Scan scan_table) {
  auto scan = scan_table(database);
  if (!scan.changed.empty() && !second.empty()) {
    replace_rows(database, second, table, scan.changed);
    scan = scan_table(database);
  }
  if (!scan.changed.empty()) {
    replace_rows(database, "", table, scan.changed);
    scan = scan_table(database);
  }
  return scan;
}

/// The farthest end that is known: of the rows, of the chain as it is stored, of the record.
RowChain::End farthest_end(const RowChain::End& rows, const RowChain::End& stored,
                           const RowChain::End* remembered) {
  RowChain::End end = stored.last > rows.last ? stored : rows;
  if (remembered != nullptr && remembered->last > end.last) end = *remembered;
  return end;
}

std::uint64_t known_entries(const RowChain::End& stored, const RowChain::End* remembered) {
  return std::max(stored.entries, remembered != nullptr ? remembered->entries : 0);
}

void save_loss(SQLite::Database& database, const char* table, const KeyRange& range, std::int64_t now_us) {
  SQLite::Statement insert(database,
                           "INSERT INTO loss(table_name, first, last, timestamp_us) VALUES(?1, ?2, ?3, ?4)");
  insert.bind(1, table);
  insert.bind(2, range.first);
  insert.bind(3, range.last);
  insert.bind(4, now_us);
  insert.exec();
}

/// `entries` counts from now on what is there, so that a loss counts once.
void save_end(SQLite::Database& database, const char* name, const RowChain::End& end, std::uint64_t entries) {
  SQLite::Statement save(database,
                         "INSERT OR REPLACE INTO chain(name, entries, last, hash) VALUES(?1, ?2, ?3, ?4)");
  save.bind(1, name);
  save.bind(2, static_cast<std::int64_t>(entries));
  save.bind(3, end.last);
  save.bind(4, end.hash.data(), static_cast<int>(end.hash.size()));
  save.exec();
}

/// How many rows are missing that are known to have been there.
std::uint64_t settle_chain(SQLite::Database& database, const char* table, ChainScan& scan,
                           const RowChain::End& stored, const RowChain::End* remembered,
                           std::int64_t now_us) {
  const std::uint64_t known = known_entries(stored, remembered);
  const RowChain::End end = farthest_end(scan.end, stored, remembered);
  if (end.last > scan.end.last) {
    for (const KeyRange& range : without({scan.end.last + 1, end.last}, known_losses(database, table)))
      scan.missing.push_back(range);
  }
  std::uint64_t in_holes = 0;
  for (const KeyRange& range : scan.missing) {
    in_holes += range.count();
    save_loss(database, table, range, now_us);
  }
  save_end(database, table, end, scan.end.entries);
  return std::max(in_holes, known > scan.end.entries ? known - scan.end.entries : 0);
}

/// What the index of newest rows knows beyond the rows that are there, and beyond what was told before.
void add_missing_ends(SQLite::Database& database, HistoryScan& scan) {
  const LostNumbers told = load_lost_numbers(database);
  SQLite::Statement heads(database, "SELECT agent, number FROM agent_head");
  while (heads.executeStep()) {
    const core::AgentKey agent = heads.getColumn(0).getInt64();
    const auto number = static_cast<std::uint64_t>(heads.getColumn(1).getInt64());
    const auto newest = scan.newest.find(agent);
    std::uint64_t there = newest == scan.newest.end() ? 0 : newest->second;
    if (const auto lost = told.find(agent); lost != told.end()) there = std::max(there, lost->second);
    if (number > there) scan.updates.push_back({agent, there + 1, number});
  }
}

/// What the index of newest rows does not tell may have been updates of anybody: each agent may have had as
/// many more as nobody knows of.
void settle_numbers(SQLite::Database& database, const RecoveryFacts& facts, std::uint64_t unknown,
                    std::int64_t now_us) {
  LostNumbers used = load_lost_numbers(database);
  for (const MissingUpdates& missing : facts.history.updates)
    used[missing.agent] = std::max(used[missing.agent], missing.last);
  for (const auto& [agent, id] : facts.agent_ids) used.try_emplace(agent, 0);
  for (const auto& [agent, number] : used) {
    const auto there = facts.history.newest.find(agent);
    const std::uint64_t newest = there == facts.history.newest.end() ? 0 : there->second;
    const std::uint64_t highest = std::max(number, newest) + unknown;
    if (highest > newest) save_lost_numbers(database, agent, newest, highest, now_us);
  }
}

}  // namespace

void settle_rows(SQLite::Database& database, const std::string& second,
                 const std::optional<StoreProgress>& remembered, std::int64_t now_us, RecoveryFacts& facts) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const StoreProgress stored = read_progress(database);
  facts.history = make_fit(database, second, "history", scan_history);
  facts.audit = make_fit(database, second, "audit", scan_audit);
  if (!second.empty()) {
    for (const RemovedRows& removed : find_removed_rows(database))
      replace_rows(database, second, removed.table, removed.keys);
  }
  add_missing_ends(database, facts.history);
  facts.updates_missing = settle_chain(database, "history", facts.history, stored.history,
                                       remembered ? &remembered->history : nullptr, now_us);
  std::uint64_t numbered = 0;
  for (const MissingUpdates& missing : facts.history.updates) numbered += missing.last - missing.first + 1;
  facts.updates_missing = std::max(facts.updates_missing, numbered);
  SQLite::Statement ids(database, "SELECT key, id FROM agent");
  while (ids.executeStep()) facts.agent_ids[ids.getColumn(0).getInt64()] = ids.getColumn(1).getString();
  settle_numbers(database, facts, facts.updates_missing - numbered, now_us);
  facts.entries_missing = settle_chain(database, "audit", facts.audit, stored.audit,
                                       remembered ? &remembered->audit : nullptr, now_us);
  // Entries that were forgotten come back from an older backup.
  SQLite::Statement forgotten(database, "DELETE FROM evidence WHERE key <= ?");
  forgotten.bind(1, RowChain(database, kEvidenceBegin).end().last);
  forgotten.exec();
  facts.evidence = make_fit(database, second, "evidence", scan_evidence);
  facts.evidence_missing = settle_chain(database, "evidence", facts.evidence, stored.evidence,
                                        remembered ? &remembered->evidence : nullptr, now_us);
  RowChain::End commits = stored.commits;
  if (remembered && remembered->commits.entries > commits.entries) commits = remembered->commits;
  save_end(database, "commit", commits, commits.entries);
  facts.unsealed = find_unsealed_rows(database);
  forget_seals(database);
  database.exec("DELETE FROM agent_head; DELETE FROM setting WHERE name = 'heads'");

  for (const auto& [agent, number] : facts.history.newest)
    facts.agents_missing += facts.agent_ids.count(agent) == 0 ? 1 : 0;
  facts.newest_us = database.execAndGet("SELECT coalesce(max(timestamp_us), 0) FROM history").getInt64();
  // The backup says only how far itself had come.
  const bool chains_were_read = std::any_of(facts.tables.begin(), facts.tables.end(), [](const auto& table) {
    return table.name == "chain" && table.read > 0;
  });
  facts.end_is_known = remembered.has_value() || chains_were_read;
  transaction.commit();
}

}  // namespace governor::daemon
