#pragma once

#include <array>
#include <cstdint>

namespace governor::daemon {

/// "gvrn": marks the file as governor's, see PRAGMA application_id.
inline constexpr std::int32_t kApplicationId = 0x6776726e;

/// Migration i brings a database from user_version i to i + 1. Never edit one that was released; append.
///
/// Keys are integers and history is appended in key order, so that a commit touches few pages. An answer lies
/// in a reused slot and points at what it answered. Rows of `answer` whose session is gone mean nothing.
inline constexpr std::array<const char*, 1> kMigrations{R"sql(
CREATE TABLE agent(
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  shared INTEGER NOT NULL,
  token_hash TEXT NOT NULL,
  purpose TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  tags TEXT NOT NULL,
  notes TEXT NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;
CREATE TABLE history(
  key INTEGER PRIMARY KEY,
  agent INTEGER NOT NULL,
  number INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  E REAL NOT NULL, I REAL NOT NULL, S REAL NOT NULL, V REAL NOT NULL,
  coherence REAL NOT NULL, risk REAL NOT NULL, phi REAL NOT NULL,
  lambda1 REAL NOT NULL, integral REAL NOT NULL, time REAL NOT NULL,
  void_threshold REAL NOT NULL, confidence REAL NOT NULL, complexity REAL NOT NULL,
  verdict INTEGER NOT NULL, action INTEGER NOT NULL, health INTEGER NOT NULL,
  human_reasons INTEGER NOT NULL, void_active INTEGER NOT NULL, lambda1_skipped INTEGER NOT NULL,
  warnings INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX history_by_agent ON history(agent, number);
CREATE TABLE agent_parameters(
  agent INTEGER PRIMARY KEY,
  vector BLOB NOT NULL
) STRICT;
CREATE TABLE session(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  resumable INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  revision TEXT NOT NULL,
  client_name TEXT NOT NULL,
  client_version TEXT NOT NULL,
  working_directory TEXT NOT NULL,
  tools TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;
CREATE TABLE answer(
  slot INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  target INTEGER NOT NULL
) STRICT;
CREATE TABLE audit(
  key INTEGER PRIMARY KEY,
  timestamp_us INTEGER NOT NULL,
  event TEXT NOT NULL,
  agent INTEGER NOT NULL,
  session INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
)sql"};

}  // namespace governor::daemon
