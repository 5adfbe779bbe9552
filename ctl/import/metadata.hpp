#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/import/finding.hpp"
#include "ctl/import/legacy_time.hpp"
#include "ipc/error.hpp"

namespace governor::ctl::legacy {

struct LifecycleEvent {
  std::string event;
  std::optional<std::int64_t> timestamp_us;
  std::string reason;
};

/// What agent_metadata.json says of one agent.
struct Metadata {
  std::string file;
  std::string status = "active";  ///< one that governor has: active, paused, archived, deleted
  std::optional<std::int64_t> created_us, last_update_us, paused_us, archived_us;
  std::optional<std::uint64_t> total_updates;
  std::string version, spawn_reason;  ///< kept in the audit entry
  std::string purpose, parent_id, notes;
  std::vector<std::string> tags;
  std::vector<LifecycleEvent> events;
};

// What governor takes; the old monitor had no limits. The daemon has the same (see docs/import.md).
inline constexpr std::size_t kLongestNotes = 256 * 1024;
inline constexpr std::size_t kLongestText = 4096;  ///< purpose, reasons
inline constexpr std::size_t kLongestTag = 256;
inline constexpr std::size_t kMostTags = 256;
inline constexpr std::size_t kMostEvents = 1000;

/// `entry` is the JSON text of one agent's entry. `notes` is about that agent. An error says what in the
/// entry is not as the old monitor wrote it.
ipc::Result<Metadata> read_metadata(std::string_view entry, const std::string& agent, std::string file,
                                    TimeReader& times, Notes& notes);

bool is_agent_id(std::string_view id);

}  // namespace governor::ctl::legacy
