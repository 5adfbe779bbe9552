#pragma once

namespace governor::daemon {

/// Leases, those that have ended included: whoever comes with an old one is told what became of it.
inline constexpr const char* kLeaseSchema = R"sql(
CREATE TABLE lease(
  key INTEGER PRIMARY KEY,
  fence INTEGER NOT NULL,
  session INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  client TEXT NOT NULL,
  pid INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  direct INTEGER NOT NULL,
  paths TEXT NOT NULL,
  reason TEXT NOT NULL,
  granted_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL,
  orphaned_us INTEGER NOT NULL,
  ended_us INTEGER NOT NULL,
  ending INTEGER NOT NULL,
  ending_detail TEXT NOT NULL
) STRICT;
CREATE INDEX lease_open ON lease(key) WHERE ended_us = 0;
)sql";

/// Requests that wait, of those whose callers come again after a crash.
inline constexpr const char* kLeaseWaiterSchema = R"sql(
CREATE TABLE lease_waiter(
  key INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  line INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  client TEXT NOT NULL,
  pid INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  paths TEXT NOT NULL,
  since_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace governor::daemon
