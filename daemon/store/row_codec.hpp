#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <vector>

#include "core/agent.hpp"
#include "core/session.hpp"
#include "core/update_record.hpp"

namespace governor::daemon {

// The order of columns stands here once, for writing and for reading.

inline constexpr const char* kHistoryColumns =
    "number, timestamp_us, E, I, S, V, coherence, risk, phi, lambda1, integral, time, void_threshold, "
    "confidence, "
    "complexity, verdict, action, health, human_reasons, void_active, lambda1_skipped, warnings";
inline constexpr int kHistoryColumnCount = 22;
inline constexpr const char* kAgentColumns =
    "key, id, version, owner, shared, token_hash, purpose, parent_id, tags, notes, created_us";
inline constexpr int kAgentColumnCount = 11;
inline constexpr const char* kSessionColumns =
    "key, id, resumable, pid, start_time, boot_id, revision, client_name, client_version, working_directory, "
    "tools, "
    "agent_id, created_us";
inline constexpr int kSessionColumnCount = 13;

/// "?, ?, ..." with `count` places.
std::string placeholders(int count);

// `first` is the index of the first parameter (from 1) or column (from 0).
void bind_record(SQLite::Statement& statement, int first, const core::UpdateRecord& record);
core::UpdateRecord read_record(SQLite::Statement& statement, int first);
void bind_profile(SQLite::Statement& statement, int first, const core::AgentProfile& profile);
core::AgentProfile read_profile(SQLite::Statement& statement, int first);
void bind_session(SQLite::Statement& statement, int first, const core::Session& session);
core::Session read_session(SQLite::Statement& statement, int first);

/// Vectors of doubles lie in blobs in little-endian order.
std::string encode_doubles(const std::vector<double>& values);
std::vector<double> decode_doubles(const void* data, std::size_t bytes);

}  // namespace governor::daemon
