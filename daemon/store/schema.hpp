#pragma once

#include <array>
#include <cstdint>

#include "daemon/store/approval_schema.hpp"
#include "daemon/store/authority_schema.hpp"
#include "daemon/store/deployment_schema.hpp"
#include "daemon/store/evidence_schema.hpp"
#include "daemon/store/file_schema.hpp"
#include "daemon/store/learning_schema.hpp"
#include "daemon/store/lease_schema.hpp"
#include "daemon/store/recovery_schema.hpp"
#include "daemon/store/seal_schema.hpp"
#include "daemon/store/task_schema.hpp"

namespace governor::daemon {

/// "gvrn": marks the file as governor's, see PRAGMA application_id.
inline constexpr std::int32_t kApplicationId = 0x6776726e;

/// Migration i brings a database from user_version i to i + 1. Never edit one that was released; append.
///
/// A commit should touch few pages, so keys are integers, and history and audit log are appended in key
/// order. A history row names its agent's row before it; an index has only every 64th, for paging.
/// `agent_head`, which finds an agent's newest row, is written behind the history and brought up to date from
/// it after a crash (see head_index.hpp). An answer lies in a reused slot and points at what it answered;
/// rows of `answer` whose session is gone mean nothing. NULL among the figures: not recorded by the system
/// that the row was imported from. `hash` chains the rows of its table, see row_chain.hpp.
inline constexpr const char* kFirstSchema = R"sql(
CREATE TABLE agent(
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  owner_since_us INTEGER NOT NULL,
  shared INTEGER NOT NULL,
  token_hash TEXT NOT NULL,
  purpose TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  tags TEXT NOT NULL,
  notes TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  status INTEGER NOT NULL,
  status_reason TEXT NOT NULL,
  status_since_us INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  epoch_start INTEGER NOT NULL,
  thresholds TEXT NOT NULL,
  loop_kind INTEGER NOT NULL,
  loop_since_us INTEGER NOT NULL,
  loop_fingerprint INTEGER NOT NULL,
  loop_cooldown_us INTEGER NOT NULL,
  loop_cooldown_until_us INTEGER NOT NULL
) STRICT;
CREATE INDEX agent_by_parent ON agent(parent_id) WHERE parent_id <> '';
CREATE TABLE history(
  key INTEGER PRIMARY KEY,
  agent INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  updates INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  E REAL, I REAL, S REAL, V REAL,
  coherence REAL, risk REAL, phi REAL,
  lambda1 REAL, integral REAL, time REAL,
  void_threshold REAL, confidence REAL, complexity REAL,
  verdict INTEGER NOT NULL, action INTEGER NOT NULL, health INTEGER NOT NULL,
  human_reasons INTEGER NOT NULL, void_active INTEGER NOT NULL, lambda1_skipped INTEGER NOT NULL,
  warnings INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  actor INTEGER NOT NULL,
  parameters BLOB,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX history_mark ON history(agent, number) WHERE number % 64 = 0;
CREATE INDEX history_unsure ON history(agent, number) WHERE confidence IS NULL;
CREATE TABLE agent_head(
  agent INTEGER PRIMARY KEY,
  history INTEGER NOT NULL,
  number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  health INTEGER NOT NULL,
  action INTEGER NOT NULL,
  risk REAL,
  coherence REAL
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
  created_us INTEGER NOT NULL,
  introduced INTEGER NOT NULL,
  subscriptions TEXT NOT NULL
) STRICT;
CREATE TABLE answer(
  slot INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  target INTEGER NOT NULL,
  text TEXT
) STRICT;
CREATE TABLE audit(
  key INTEGER PRIMARY KEY,
  timestamp_us INTEGER NOT NULL,
  event TEXT NOT NULL,
  agent INTEGER NOT NULL,
  session INTEGER NOT NULL,
  client TEXT NOT NULL,
  pid INTEGER NOT NULL,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_agent ON audit(agent) WHERE agent <> 0;
CREATE INDEX audit_by_event ON audit(event);
CREATE TABLE chain(
  name TEXT PRIMARY KEY,
  entries INTEGER NOT NULL,
  last INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE lifecycle_event(
  key INTEGER PRIMARY KEY,
  agent INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  event TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor INTEGER NOT NULL
) STRICT;
CREATE INDEX lifecycle_event_by_agent ON lifecycle_event(agent);
CREATE TABLE alert(
  key INTEGER PRIMARY KEY,
  cause TEXT NOT NULL,
  kind INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  message TEXT NOT NULL,
  raised_us INTEGER NOT NULL,
  resolved_us INTEGER NOT NULL,
  acknowledged_us INTEGER NOT NULL,
  acknowledged_by TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX alert_open ON alert(key) WHERE resolved_us = 0;
CREATE TABLE outcome(
  history INTEGER PRIMARY KEY,
  agent INTEGER NOT NULL,
  number INTEGER NOT NULL,
  confidence REAL,
  correct INTEGER NOT NULL,
  source INTEGER NOT NULL,
  detail TEXT NOT NULL,
  timestamp_us INTEGER NOT NULL,
  actor INTEGER NOT NULL
) STRICT;
CREATE INDEX outcome_by_agent ON outcome(agent, number, confidence, correct);
CREATE TABLE setting(
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

inline constexpr std::array<const char*, 14> kMigrations{
    kFirstSchema,    kLeaseSchema,      kTaskSchema,           kFileSchema,        kLossSchema,
    kSealSchema,     kAuthoritySchema,  kFileChangeSchema,     kLeaseWaiterSchema, kEvidenceSchema,
    kLearningSchema, kDeploymentSchema, kDeploymentLifeSchema, kApprovalSchema};

}  // namespace governor::daemon
