#pragma once

#include <string>

#include "core/file_commands.hpp"
#include "daemon/files/file_writer.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// One version as list_backups shows it, within an object that is open.
void write_version(JsonWriter& json, const core::FileVersion& version);

/// What commit_file and restore_file answer. `restored`: the version that came back; null: none.
std::string written_json(const WriteReport& report, const core::FileWriteOutcome& outcome,
                         std::int64_t now_us, const core::FileVersion* restored = nullptr);

/// The refusal of a write because the file is not what was read. `newest`: what the file held when governor
/// last knew; null: it never did.
core::Error stale_error(const std::string& path, const std::string& expected_sha256,
                        const WriteReport& report, const core::FileVersion* newest);

}  // namespace governor::daemon
