#include "daemon/diagnosis/conflict_counts.hpp"

#include <algorithm>

namespace governor::daemon {

void ConflictCounts::note(core::ErrorCode code, const std::string& agent_id, ConflictHolder holder,
                          std::int64_t now_us) {
  const auto [it, inserted] = entries_.try_emplace({agent_id, code});
  Entry& entry = it->second;
  entry.holder = std::move(holder);
  entry.last_us = now_us;
  const std::int64_t minute = now_us / kMinuteUs;
  const auto place = static_cast<std::size_t>(minute % static_cast<std::int64_t>(kMinutes));
  if (entry.minutes[place] != minute) entry.counts[place] = 0;
  entry.minutes[place] = minute;
  ++entry.counts[place];
  if (!inserted || entries_.size() <= kMaxEntries) return;
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return a.second.last_us < b.second.last_us;
  }));
}

std::vector<Conflict> ConflictCounts::last_hour(std::int64_t now_us) const {
  const std::int64_t now_minute = now_us / kMinuteUs;
  std::vector<Conflict> found;
  for (const auto& [key, entry] : entries_) {
    Conflict conflict{key.second, key.first, entry.holder, 0, entry.last_us};
    for (std::size_t place = 0; place < kMinutes; ++place) {
      const std::int64_t age = now_minute - entry.minutes[place];
      if (age >= 0 && age < static_cast<std::int64_t>(kMinutes)) conflict.count += entry.counts[place];
    }
    if (conflict.count > 0) found.push_back(std::move(conflict));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Conflict& a, const Conflict& b) { return a.count > b.count; });
  return found;
}

}  // namespace governor::daemon
