#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "daemon/store/loss_report.hpp"
#include "daemon/store/progress_record.hpp"

namespace governor::daemon {

/// Makes of rows that were saved one by one a database that is sound in itself: what does not fit the chains
/// is replaced from `second` (empty: there is none) or goes, what is missing then is written into the table
/// `loss`, and the chains go on from the farthest end that is known, so that no key is used again. The index
/// of newest rows is made anew. `remembered`: how far the database had come; none if that is not known. Fills
/// the part of `facts` that is about rows. Expects the newest schema.
void settle_rows(SQLite::Database& database, const std::string& second,
                 const std::optional<StoreProgress>& remembered, std::int64_t now_us, RecoveryFacts& facts);

}  // namespace governor::daemon
