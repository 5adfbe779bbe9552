#pragma once

namespace governor::daemon {

/// A task's definition is written once; how it stands lies apart, since that changes and texts are long. A
/// task without a row in `task_standing` stands as it was defined. `task_event` is what happened to it since.
inline constexpr const char* kTaskSchema = R"sql(
CREATE TABLE task(
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  source TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  priority INTEGER NOT NULL,
  depends_on TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  creator INTEGER NOT NULL
) STRICT;
CREATE TABLE task_standing(
  task INTEGER PRIMARY KEY,
  status INTEGER NOT NULL,
  progress INTEGER NOT NULL,
  note TEXT NOT NULL,
  updated_us INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  session INTEGER NOT NULL,
  agent INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  client TEXT NOT NULL,
  pid INTEGER NOT NULL,
  since_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL,
  ttl_us INTEGER NOT NULL
) STRICT;
CREATE TABLE task_event(
  key INTEGER PRIMARY KEY,
  task INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  event TEXT NOT NULL,
  status INTEGER NOT NULL,
  progress INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  note TEXT NOT NULL,
  actor INTEGER NOT NULL
) STRICT;
CREATE INDEX task_event_by_task ON task_event(task);
)sql";

}  // namespace governor::daemon
