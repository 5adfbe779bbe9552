#include "daemon/tools/guards/session_context.hpp"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <vector>

#include "daemon/tools/guards/branch_warning.hpp"

#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kShown = 3;
constexpr std::size_t kLongestName = 40;

bool lies_in(std::string_view path, std::string_view root) {
  return !root.empty() && path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

/// `a, b, c and 4 more`.
std::string listed(const std::set<std::string>& names) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& name : names) {
    if (shown == kShown) break;
    text += fmt::format("{}{}", shown++ == 0 ? "" : ", ", text::cut_text(name, kLongestName));
  }
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string name_of(const core::Session& session) {
  if (!session.agent_id.empty()) return session.agent_id;
  return session.client_name.empty() ? std::string("a session without a name") : session.client_name;
}

std::string below(const std::string& path, const std::string& root) {
  return path.size() > root.size() ? path.substr(root.size() + 1) : path;
}

}  // namespace

std::string session_context(const core::State& state, core::SessionKey own, const std::string& agent_id,
                            const std::string& root, std::int64_t now_us) {
  std::set<std::string> others;
  for (const auto& [key, session] : state.sessions()) {
    const std::string* project = state.commands().project_of(key);
    const bool is_here = project != nullptr ? *project == root : lies_in(session.working_directory, root);
    if (key != own && !session.passing && is_here && session.agent_id != agent_id)
      others.insert(name_of(session));
  }
  std::set<std::string> leased;
  for (const auto& [key, lease] : state.leases().open()) {
    if (lease.claim.holder.session == own || lease.expires_us <= now_us) continue;
    for (const core::LeasePath& path : lease.claim.paths)
      if (lies_in(path.text(), root)) leased.insert(below(path.text(), root));
  }
  std::set<std::string> guarded;
  for (const core::Protection& protection : state.protections())
    if (lies_in(protection.path.text(), root)) guarded.insert(below(protection.path.text(), root));
  std::size_t alerts = 0;
  for (const auto& [cause, alert] : state.alerts())
    alerts += alert.resolved_us == 0 && alert.agent_id == agent_id && !agent_id.empty() ? 1 : 0;
  const std::size_t tasks = state.tasks().claimed_by(own).size();

  std::string text;
  if (!others.empty()) text += fmt::format(" Others at work here: {}.", listed(others));
  if (!leased.empty()) text += fmt::format(" Held by others, not to be written now: {}.", listed(leased));
  if (!guarded.empty()) text += fmt::format(" Protected, never to be written: {}.", listed(guarded));
  text += branch_conflicts_text(state, root);
  if (tasks > 0) text += fmt::format(" You have {} claimed task{}.", tasks, tasks == 1 ? "" : "s");
  if (alerts > 0) text += fmt::format(" {} alert{} about you open.", alerts, alerts == 1 ? " is" : "s are");
  if (text.empty()) return {};
  text.insert(0, "governor:");
  return std::string(text::cut_text(text, kMaxContextBytes));
}

}  // namespace governor::daemon
