#pragma once

namespace governor::daemon {

/// What was asked for is written once; how it stands lies apart, since that changes. One without a row in
/// `deployment_standing` was reserved, and nothing of it was started. `deployment_event` is what happened to
/// it, and what its agent has told.
inline constexpr const char* kDeploymentSchema = R"sql(
CREATE TABLE deployment(
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  agent INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  agent_type TEXT NOT NULL,
  runner TEXT NOT NULL,
  task_id TEXT NOT NULL,
  parent TEXT NOT NULL,
  depth INTEGER NOT NULL,
  prompt_bytes INTEGER NOT NULL,
  budget_turns INTEGER NOT NULL,
  budget_tokens INTEGER NOT NULL,
  budget_cost INTEGER NOT NULL,
  budget_seconds INTEGER NOT NULL,
  timeout_seconds INTEGER NOT NULL,
  restarts_allowed INTEGER NOT NULL,
  session INTEGER NOT NULL
) STRICT;
CREATE TABLE deployment_standing(
  deployment INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  waiting_for INTEGER NOT NULL,
  since_us INTEGER NOT NULL,
  why TEXT NOT NULL,
  keeper_pid INTEGER NOT NULL,
  keeper_start INTEGER NOT NULL,
  keeper_boot TEXT NOT NULL,
  pid INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  in_tmux INTEGER NOT NULL,
  runner_session TEXT NOT NULL,
  used_turns INTEGER NOT NULL,
  used_tokens INTEGER NOT NULL,
  used_cost INTEGER NOT NULL,
  progress INTEGER NOT NULL,
  note TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  started_us INTEGER NOT NULL,
  ended_us INTEGER NOT NULL,
  exit_code INTEGER,
  signal INTEGER NOT NULL,
  workspace INTEGER NOT NULL,
  directory TEXT NOT NULL,
  repository TEXT NOT NULL,
  branch TEXT NOT NULL,
  base_commit TEXT NOT NULL,
  removed INTEGER NOT NULL
) STRICT;
CREATE TABLE deployment_event(
  key INTEGER PRIMARY KEY,
  deployment INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  event TEXT NOT NULL,
  state INTEGER NOT NULL,
  progress INTEGER NOT NULL,
  note TEXT NOT NULL,
  data TEXT NOT NULL,
  actor INTEGER NOT NULL
) STRICT;
CREATE INDEX deployment_event_by_deployment ON deployment_event(deployment);
)sql";

/// How long one may go on. A raised budget of -1 turns: it is as ordered.
inline constexpr const char* kDeploymentLifeSchema = R"sql(
ALTER TABLE deployment ADD COLUMN backoff_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN raised_turns INTEGER NOT NULL DEFAULT -1;
ALTER TABLE deployment_standing ADD COLUMN raised_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN raised_cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN raised_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN earlier_turns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN earlier_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN earlier_cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN ran_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN running_since_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN budget_told INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN limited_until_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN restart_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_standing ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0;
)sql";

}  // namespace governor::daemon
