#pragma once

#include <string_view>

#include "core/evidence.hpp"
#include "daemon/store/evidence_queries.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// The members of what an item says, without its kind.
void write_item(JsonWriter& json, const core::EvidenceItem& item);

/// A row as an object; `with_agent`: it says whose it is.
void write_evidence(JsonWriter& json, const StoredEvidence& row, bool with_agent);

}  // namespace governor::daemon
