#pragma once

#include <string>
#include <vector>

#include "core/update_record.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// An array of rows, in the order given.
void write_history_rows(JsonWriter& json, const std::vector<core::UpdateRecord>& rows);

/// A header line and one line a row; no field needs quoting.
std::string history_csv(const std::vector<core::UpdateRecord>& rows);

}  // namespace governor::daemon
