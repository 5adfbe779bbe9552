#pragma once

namespace governor::daemon {

inline constexpr const char* kTaskSchema = R"sql(
CREATE TABLE task(
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
) STRICT;
)sql";

}  // namespace governor::daemon
