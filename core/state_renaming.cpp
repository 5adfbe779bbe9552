// What hooks have made of a working session goes on under the name that its client registers.
#include <fmt/format.h>

#include <algorithm>

#include "core/state.hpp"

namespace governor::core {

/// Whoever names it in what is open at this moment must still find it.
bool State::is_named_elsewhere(const Agent& agent, std::int64_t now_us) const {
  const AgentProfile& profile = agent.profile;
  const auto names_it = [&](const std::string& id) { return id == profile.id; };
  return std::any_of(leases_.open().begin(), leases_.open().end(),
                     [&](const auto& item) { return item.second.claim.holder.agent == profile.key; }) ||
         std::any_of(unlocks_.begin(), unlocks_.end(),
                     [&](const Unlock& unlock) { return names_it(unlock.agent_id); }) ||
         std::any_of(alerts_.begin(), alerts_.end(),
                     [&](const auto& item) {
                       return item.second.resolved_us == 0 && names_it(item.second.agent_id);
                     }) ||
         has_approvals(profile.id, now_us) || !tasks_.claimed_for(profile.key).empty() ||
         commands_.runs_for(profile.id);
}

bool State::rename_hooks_agent(const Caller& caller, const std::string& id, std::int64_t now_us,
                               Changes& changes) {
  const Session* session = find_session(caller.session);
  if (session == nullptr || session->agent_id.empty() || session->agent_id == id) return false;
  const std::string before = session->agent_id;
  const auto found = agents_.find(before);
  if (found == agents_.end() || !found->second.agent || find_agent(id) != nullptr) return false;
  Agent& agent = *found->second.agent;
  const bool is_its_hooks =
      agent.profile.owner == session->key && agent.profile.purpose.starts_with(kPurposeOfHooks) &&
      (agent.profile.status == Lifecycle::active || agent.profile.status == Lifecycle::paused);
  if (!is_its_hooks || is_named_elsewhere(agent, now_us)) return false;

  Entry entry = std::move(found->second);
  agents_[before] = Entry{nullptr, ++use_counter_};
  agents_[id] = std::move(entry);
  agent.profile.id = id;
  agent.profile.purpose.clear();
  for (auto& [key, one] : sessions_) {
    if (one.agent_id != before) continue;
    one.agent_id = id;
    save_session(one, changes);
  }
  save_profile(agent.profile, changes);
  note_life(caller, agent, "renamed", fmt::format("it was {}", before), now_us, changes);
  audit(caller, "agent_renamed", agent.profile.key,
        fmt::format("from {}, as its hooks had called it, to {}, as its client registered it", before, id),
        now_us, changes);
  return true;
}

}  // namespace governor::core
