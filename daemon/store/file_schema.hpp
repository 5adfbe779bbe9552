#pragma once

namespace governor::daemon {

inline constexpr const char* kFileSchema = R"sql(
CREATE TABLE file_version(
  key INTEGER PRIMARY KEY,
  path TEXT NOT NULL
) STRICT;
)sql";

}  // namespace governor::daemon
