#include "daemon/tools/guards/guard_text.hpp"

#include <fmt/format.h>

#include "daemon/support/timestamp.hpp"
#include "daemon/tools/coordination/elsewhere.hpp"

namespace governor::daemon {
namespace {

std::string holder_name(const core::LeaseHolder& holder) {
  const std::string client = holder.client.empty() ? std::string("another session") : holder.client;
  const std::string process = holder.pid > 0 ? fmt::format(", pid {}", holder.pid) : std::string();
  const std::string who = holder.agent_id.empty()
                              ? client + process
                              : fmt::format("agent \"{}\" ({}{})", holder.agent_id, client, process);
  const bool is_subagent = !holder.worker.empty() && holder.worker != core::kMainWorker;
  return is_subagent ? fmt::format("subagent {} of {}", holder.worker, who) : who;
}

/// Where it is in the way, if that is another machine, or another working tree of the same repository.
std::string where(const core::LeaseObstacle& obstacle) {
  if (!obstacle.host.empty()) return fmt::format(" of {} on {}", obstacle.who, obstacle.host);
  return obstacle.worktree.top.empty() ? std::string() : " in " + worktree_text(obstacle.worktree);
}

}  // namespace

std::string guard_lease_reason(std::string_view kind, std::string_view tool) {
  return fmt::format("{} {}", kind, tool);
}

std::string guard_text(const core::Error& error) {
  return error.hint.empty() ? error.message : error.message + " " + error.hint;
}

std::string held_text(const std::string& path, const core::LeaseOutcome& outcome, bool waited) {
  std::string text =
      fmt::format("{} cannot be written{}:", path, waited ? " in the time that you wait" : " now");
  for (const core::LeaseObstacle& obstacle : outcome.obstacles) {
    if (obstacle.until_us == 0) {
      text += fmt::format(" {} has waited for it{} since {}.", holder_name(obstacle.holder), where(obstacle),
                          iso_timestamp(obstacle.since_us));
      continue;
    }
    text += fmt::format(" {} holds it{}{} since {} until {}{}{}.", holder_name(obstacle.holder),
                        where(obstacle), obstacle.mode == core::LeaseMode::shared ? " for reading" : "",
                        iso_timestamp(obstacle.since_us), iso_timestamp(obstacle.until_us),
                        obstacle.reason.empty() ? "" : ": ", obstacle.reason);
  }
  core::LeaseKey held = 0;
  for (const core::LeaseObstacle& obstacle : outcome.obstacles) held = held != 0 ? held : obstacle.lease;
  return text +
         " Nothing was written. Work on something else and try again later, after reading the file again; if "
         "the holder hangs, a person can end its lease" +
         (held != 0 ? fmt::format(": governorctl leases break {} --reason WHY.", held) : ".");
}

std::string shrink_text(const std::string& path, std::uint64_t before, std::uint64_t after) {
  return fmt::format(
      "This would leave {} of the {} lines of {}. Losing more than half of a file is more often a mistake "
      "than "
      "not, so nothing was written. Read the file again and change only what you mean to change. If it is "
      "meant: "
      "commit_file with confirm_shrink, or take the parts out with several edits.",
      after, before, path);
}

std::string_view guard_code(const core::Error& error) {
  switch (error.code) {
    case core::ErrorCode::would_deadlock: return "would_deadlock";
    case core::ErrorCode::loop_detected: return "loop";
    default: return "gated";
  }
}

}  // namespace governor::daemon
