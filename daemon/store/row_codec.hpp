#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <vector>

#include "core/agent.hpp"
#include "core/alert.hpp"
#include "core/session.hpp"
#include "core/update_record.hpp"

namespace governor::daemon {

// The order of columns stands here once, for writing and for reading.

inline constexpr const char* kHistoryColumns =
    "number, epoch, updates, timestamp_us, E, I, S, V, coherence, risk, phi, lambda1, integral, time, "
    "void_threshold, "
    "confidence, "
    "complexity, verdict, action, health, human_reasons, void_active, lambda1_skipped, warnings, "
    "fingerprint, actor";
inline constexpr int kHistoryColumnCount = 26;
inline constexpr const char* kAgentColumns =
    "key, id, version, owner, owner_since_us, shared, token_hash, purpose, parent_id, tags, notes, "
    "created_us, "
    "status, status_reason, status_since_us, pinned, epoch, epoch_start, thresholds, loop_kind, "
    "loop_since_us, "
    "loop_fingerprint, loop_cooldown_us, loop_cooldown_until_us, ordered";
inline constexpr int kAgentColumnCount = 25;
inline constexpr const char* kSessionColumns =
    "key, id, resumable, pid, start_time, boot_id, revision, client_name, client_version, working_directory, "
    "tools, "
    "agent_id, created_us, introduced, subscriptions";
inline constexpr int kSessionColumnCount = 15;
inline constexpr const char* kAlertColumns =
    "key, cause, kind, severity, agent_id, message, raised_us, resolved_us, acknowledged_us, "
    "acknowledged_by, note";
inline constexpr int kAlertColumnCount = 11;

/// "?, ?, ..." with `count` places.
std::string placeholders(int count);

// `first` is the index of the first parameter (from 1) or column (from 0).
void bind_record(SQLite::Statement& statement, int first, const core::UpdateRecord& record);
core::UpdateRecord read_record(SQLite::Statement& statement, int first);
void bind_profile(SQLite::Statement& statement, int first, const core::AgentProfile& profile);
core::AgentProfile read_profile(SQLite::Statement& statement, int first);
void bind_session(SQLite::Statement& statement, int first, const core::Session& session);
core::Session read_session(SQLite::Statement& statement, int first);
void bind_alert(SQLite::Statement& statement, int first, const core::Alert& alert);
core::Alert read_alert(SQLite::Statement& statement, int first);

/// NULL is read as not a number.
double read_figure(SQLite::Statement& statement, int column);

/// Tags lie in a JSON array, as other lists of texts do.
std::string encode_tags(const std::vector<std::string>& tags);
std::vector<std::string> decode_tags(const std::string& text);

/// "name=value;…" with the values in full precision; unknown names are passed over when read. Empty: none.
std::string encode_thresholds(const std::optional<core::Thresholds>& thresholds);
std::optional<core::Thresholds> decode_thresholds(const std::string& text);

/// Vectors of doubles lie in blobs in little-endian order.
std::string encode_doubles(const std::vector<double>& values);
std::vector<double> decode_doubles(const void* data, std::size_t bytes);

}  // namespace governor::daemon
