#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <unordered_map>

#include "core/keys.hpp"

namespace governor::daemon {

/// By agent, the highest number of an update that was or may have been acknowledged and is lost. Numbers go
/// on after it, so that none ever means two updates.
using LostNumbers = std::unordered_map<core::AgentKey, std::uint64_t>;

/// Those that are written in the table `loss`, if there is one.
LostNumbers load_lost_numbers(SQLite::Database& database);

/// Writes down that numbers were lost: of an agent those after `newest` up to `highest`.
void save_lost_numbers(SQLite::Database& database, core::AgentKey agent, std::uint64_t newest,
                       std::uint64_t highest, std::int64_t now_us);

}  // namespace governor::daemon
