#pragma once

namespace governor::daemon {

/// Who did what, on whose behalf, and what people have ordered. `done_by` is part of what an entry's hash
/// covers where it is not empty; older entries have none.
inline constexpr const char* kAuthoritySchema = R"sql(
ALTER TABLE audit ADD COLUMN done_by TEXT NOT NULL DEFAULT '';
ALTER TABLE agent ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lease ADD COLUMN worker TEXT NOT NULL DEFAULT '';
ALTER TABLE lease ADD COLUMN uses TEXT NOT NULL DEFAULT '[]';
)sql";

}  // namespace governor::daemon
