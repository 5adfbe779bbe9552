#pragma once

namespace governor::daemon {

/// What agents did. Appended in key order and chained as the history is. The columns after `kind` mean by
/// kind what evidence_row.hpp says; NULL: it has no such thing.
inline constexpr const char* kEvidenceSchema = R"sql(
CREATE TABLE evidence(
  key INTEGER PRIMARY KEY,
  agent INTEGER NOT NULL,
  timestamp_us INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  provenance INTEGER NOT NULL,
  source INTEGER NOT NULL,
  actor INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  subject TEXT,
  program TEXT,
  sort INTEGER,
  success INTEGER,
  first INTEGER,
  second INTEGER,
  size INTEGER,
  output_size INTEGER,
  fingerprint INTEGER,
  detail TEXT,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX evidence_by_agent ON evidence(agent, key);
CREATE INDEX evidence_judged ON evidence(agent, first) WHERE kind = 10;
)sql";

}  // namespace governor::daemon
