#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/update_record.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

void write_history_row(JsonWriter& json, const std::string& agent_id, const core::UpdateRecord& row);
/// An array of rows, in the order given.
void write_history_rows(JsonWriter& json, const std::string& agent_id,
                        const std::vector<core::UpdateRecord>& rows);

/// A header line and one line a row; no field needs quoting. What is not known is empty.
std::string history_csv(const std::string& agent_id, const std::vector<core::UpdateRecord>& rows);
std::string_view history_csv_header();
void append_history_csv(std::string& csv, const std::string& agent_id, const core::UpdateRecord& row);

}  // namespace governor::daemon
