#include "core/lease.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace governor::core {

std::string_view to_string(LeaseMode mode) {
  return mode == LeaseMode::shared ? "shared" : "exclusive";
}

std::string_view to_string(LeaseEnding ending) {
  switch (ending) {
    case LeaseEnding::open: return "open";
    case LeaseEnding::released: return "released";
    case LeaseEnding::expired: return "expired";
    case LeaseEnding::session_ended: return "session_ended";
    case LeaseEnding::agent_retired: return "agent_retired";
    case LeaseEnding::broken: return "broken";
    case LeaseEnding::deployment_over: return "deployment_over";
    case LeaseEnding::lost: return "lost";
  }
  return "open";
}

std::string holder_text(const LeaseHolder& holder) {
  const std::string client =
      fmt::format("client {}, pid {}", holder.client.empty() ? "(unnamed)" : holder.client, holder.pid);
  std::string text =
      holder.agent_id.empty() ? client : fmt::format("agent \"{}\" ({})", holder.agent_id, client);
  if (holder.worker.empty() || holder.worker == kMainWorker) return text;
  return fmt::format("subagent {} of {}", holder.worker, text);
}

std::string paths_text(const std::vector<LeasePath>& paths) {
  constexpr std::size_t kShownPaths = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(paths.size(), kShownPaths); ++i) {
    if (i > 0) text += ", ";
    text += paths[i].text();
  }
  return paths.size() > kShownPaths ? fmt::format("{} and {} more", text, paths.size() - kShownPaths) : text;
}

bool LeaseClaim::conflicts_with(const LeaseClaim& other) const {
  if (holder.makes_room_for(other.holder)) return false;
  if (mode == LeaseMode::shared && other.mode == LeaseMode::shared) return false;
  return std::any_of(paths.begin(), paths.end(), [&](const LeasePath& mine) {
    return std::any_of(other.paths.begin(), other.paths.end(),
                       [&](const LeasePath& theirs) { return mine.conflicts_with(theirs); });
  });
}

bool LeaseClaim::covers(const LeaseClaim& other) const {
  if (mode == LeaseMode::shared && other.mode == LeaseMode::exclusive) return false;
  return std::all_of(other.paths.begin(), other.paths.end(), [&](const LeasePath& wanted) {
    return std::any_of(paths.begin(), paths.end(), [&](const LeasePath& mine) {
      return mine.pattern.covers(wanted.pattern) &&
             (!wanted.shared.is_known() || mine.shared.covers(wanted.shared));
    });
  });
}

bool LeaseClaim::is_shared() const {
  return std::any_of(paths.begin(), paths.end(),
                     [](const LeasePath& path) { return path.shared.is_known(); });
}

}  // namespace governor::core
