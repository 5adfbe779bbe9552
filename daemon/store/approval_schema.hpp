#pragma once

namespace governor::daemon {

/// Requests to people and their answers. Those that are over are removed when there are many of them.
inline constexpr const char* kApprovalSchema = R"sql(
CREATE TABLE approval(
  key INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  paths TEXT NOT NULL,
  before TEXT NOT NULL,
  content TEXT NOT NULL,
  target INTEGER NOT NULL,
  target_id TEXT NOT NULL,
  session INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  client TEXT NOT NULL,
  asks TEXT NOT NULL,
  why TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL,
  status INTEGER NOT NULL,
  answered_us INTEGER NOT NULL,
  answered_by TEXT NOT NULL,
  note TEXT NOT NULL,
  until_us INTEGER NOT NULL,
  used_us INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace governor::daemon
