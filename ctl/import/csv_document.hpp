#pragma once

#include <string>
#include <string_view>

#include "ctl/import/document_reader.hpp"

namespace governor::ctl::legacy {

/// What a history exported as CSV holds: a header with any of the columns in any order, a row for each
/// update, and perhaps, as the old monitor wrote it, a summary with agent_id, total_updates, total_time and
/// lambda1_final.
DocumentContent read_csv_document(std::string_view text, std::string file, TimeReader& times, Notes& notes);

/// The agent that a file name of an export speaks of: `ada_history_20251124_204828.csv`,
/// `ada_session_20251124.json`, else the name without its ending.
std::string agent_in_file_name(std::string_view name);

}  // namespace governor::ctl::legacy
