// Leases: the open ones, and some that have ended.
#include "daemon/store/path_codec.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

constexpr const char* kLeaseColumns =
    "key, fence, session, agent, agent_id, client, pid, mode, direct, paths, reason, granted_us, expires_us, "
    "orphaned_us, ended_us, ending, ending_detail, worker, uses";

core::Lease read_lease(SQLite::Statement& row) {
  core::Lease lease;
  int column = 0;
  const auto integer = [&] { return row.getColumn(column++).getInt64(); };
  const auto text = [&] { return row.getColumn(column++).getString(); };
  lease.key = integer();
  lease.fence = static_cast<std::uint64_t>(integer());
  lease.claim.holder.session = integer();
  lease.claim.holder.agent = integer();
  lease.claim.holder.agent_id = text();
  lease.claim.holder.client = text();
  lease.claim.holder.pid = integer();
  lease.claim.mode = static_cast<core::LeaseMode>(integer());
  lease.direct = integer() != 0;
  lease.claim.paths = decode_paths(text());
  lease.reason = text();
  lease.granted_us = integer();
  lease.expires_us = integer();
  lease.orphaned_us = integer();
  lease.ended_us = integer();
  lease.ending = static_cast<core::LeaseEnding>(integer());
  lease.ending_detail = text();
  lease.claim.holder.worker = text();
  lease.uses = decode_tags(text());
  return lease;
}

core::LeaseWaiter read_waiter(SQLite::Statement& row) {
  core::LeaseWaiter waiter;
  core::LeaseHolder& holder = waiter.claim.holder;
  int column = 0;
  const auto integer = [&] { return row.getColumn(column++).getInt64(); };
  const auto text = [&] { return row.getColumn(column++).getString(); };
  waiter.key = static_cast<core::WaiterKey>(integer());
  holder.session = integer();
  waiter.line = static_cast<std::uint64_t>(integer());
  holder.agent = integer();
  holder.agent_id = text();
  holder.client = text();
  holder.pid = integer();
  waiter.claim.mode = static_cast<core::LeaseMode>(integer());
  waiter.claim.paths = decode_paths(text());
  waiter.since_us = integer();
  waiter.until_us = integer();
  return waiter;
}

}  // namespace

void SqliteStore::apply(const core::LeaseSaved& change) {
  const core::Lease& lease = change.lease;
  SQLite::Statement& statement = statements_->save_lease;
  int place = 0;
  const auto integer = [&](std::int64_t value) { statement.bind(++place, value); };
  const auto text = [&](const std::string& value) { statement.bindNoCopy(++place, value); };
  const std::string paths = encode_paths(lease.claim.paths);
  integer(lease.key);
  integer(static_cast<std::int64_t>(lease.fence));
  integer(lease.claim.holder.session);
  integer(lease.claim.holder.agent);
  text(lease.claim.holder.agent_id);
  text(lease.claim.holder.client);
  integer(lease.claim.holder.pid);
  integer(static_cast<int>(lease.claim.mode));
  integer(lease.direct ? 1 : 0);
  text(paths);
  text(lease.reason);
  integer(lease.granted_us);
  integer(lease.expires_us);
  integer(lease.orphaned_us);
  integer(lease.ended_us);
  integer(static_cast<int>(lease.ending));
  text(lease.ending_detail);
  text(lease.claim.holder.worker);
  const std::string uses = encode_tags(lease.uses);
  text(uses);
  run(statement);
  seals_[kSealedLease].seal(lease.key);
}

void SqliteStore::apply(const core::WaiterSaved& change) {
  const core::LeaseWaiter& waiter = change.waiter;
  const core::LeaseHolder& holder = waiter.claim.holder;
  const std::string paths = encode_paths(waiter.claim.paths);
  SQLite::Statement& statement = statements_->save_waiter;
  int place = 0;
  const auto integer = [&](std::int64_t value) { statement.bind(++place, value); };
  const auto text = [&](const std::string& value) { statement.bindNoCopy(++place, value); };
  integer(static_cast<std::int64_t>(waiter.key));
  integer(holder.session);
  integer(static_cast<std::int64_t>(waiter.line));
  integer(holder.agent);
  text(holder.agent_id);
  text(holder.client);
  integer(holder.pid);
  integer(static_cast<int>(waiter.claim.mode));
  text(paths);
  integer(waiter.since_us);
  integer(waiter.until_us);
  run(statement);
}

void SqliteStore::apply(const core::WaiterEnded& change) {
  statements_->delete_waiter.bind(1, static_cast<std::int64_t>(change.waiter));
  run(statements_->delete_waiter);
}

void SqliteStore::load_leases(core::StateSeed& seed) {
  seed.keys.lease = std::max(database_->execAndGet("SELECT coalesce(max(key), 0) FROM lease").getInt64(),
                             seals_[kSealedLease].highest_row());
  seed.keys.fence = static_cast<std::uint64_t>(
      // Those of shared workspaces are given by their database; the text cannot stand in a path, in which the
      // quotes would be escaped.
      database_->execAndGet("SELECT coalesce(max(fence), 0) FROM lease WHERE paths NOT LIKE '%\"shared\":{%'")
          .getInt64());
  SQLite::Statement rows(
      *database_,
      fmt::format("SELECT {0} FROM (SELECT {0} FROM lease WHERE ended_us <> 0 "
                  "ORDER BY key DESC LIMIT {1}) UNION ALL SELECT {0} FROM lease WHERE ended_us = 0 "
                  "ORDER BY key",
                  kLeaseColumns, core::LeaseTable::kRememberedLeases));
  while (rows.executeStep()) seed.leases.push_back(read_lease(rows));
  SQLite::Statement waiters(*database_, "SELECT * FROM lease_waiter ORDER BY key");
  while (waiters.executeStep()) seed.waiters.push_back(read_waiter(waiters));
}

}  // namespace governor::daemon
