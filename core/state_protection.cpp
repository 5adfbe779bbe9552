// Protected files: nobody writes them without a person's leave, and whoever tries is written down.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kMaxProtections = 1'000;
constexpr std::size_t kMaxUnlocks = 1'000;

Error about_path(ErrorCode code, std::string message, std::string hint, const std::string& path) {
  Error error(code, std::move(message), std::move(hint));
  error.field = "path";
  error.given = path;
  return error;
}

Error too_many(std::string_view what, std::size_t limit) {
  return {ErrorCode::limit_exceeded, fmt::format("There are {} {} already.", limit, what),
          "Take back those that are not needed; a pattern such as /project/** stands for many files."};
}

std::string because(const std::string& reason) {
  return reason.empty() ? "" : ": " + reason;
}

}  // namespace

const Protection* State::protection_against(const LeasePath& path, const std::string& agent_id,
                                            std::int64_t now_us) const {
  const auto found =
      std::find_if(protections_.begin(), protections_.end(),
                   [&](const Protection& protection) { return protection.path.conflicts_with(path); });
  if (found == protections_.end()) return nullptr;
  return is_unlocked(path, agent_id, now_us) ? nullptr : &*found;
}

bool State::is_unlocked(const LeasePath& path, const std::string& agent_id, std::int64_t now_us) const {
  return std::any_of(unlocks_.begin(), unlocks_.end(),
                     [&](const Unlock& unlock) { return unlock.allows(path, agent_id, now_us); });
}

void State::place_protections(const std::vector<Protection>& found) {
  std::unordered_map<std::string_view, const SharedPath*> places;
  for (const Protection& protection : found)
    places.emplace(protection.path.pattern.text(), &protection.path.shared);
  for (Protection& protection : protections_) {
    const auto place = places.find(protection.path.pattern.text());
    if (place != places.end()) protection.path.shared = *place->second;
  }
}

std::optional<Error> State::check_protection(const Caller& caller, const LeasePath& path,
                                             const std::string& doing, Agent* agent, std::int64_t now_us,
                                             Changes& changes) {
  const bool is_protected =
      std::any_of(protections_.begin(), protections_.end(),
                  [&](const Protection& protection) { return protection.path.conflicts_with(path); });
  if (!is_protected) return std::nullopt;
  const AgentKey key = agent != nullptr ? agent->profile.key : 0;
  const std::string id = agent != nullptr ? agent->profile.id : "";
  const Protection* protection = protection_against(path, id, now_us);
  const std::string what = fmt::format("{} on {}", doing, path.text());
  if (protection == nullptr) {
    audit(caller, "protected_write_allowed", key, what, now_us, changes);
    return std::nullopt;
  }
  audit(caller, "protected_write_refused", key, what, now_us, changes);
  note_refusal(caller, id, Refused::By::protection, path.text(), now_us, changes);
  const Protection refusing = *protection;
  const Approval* approval = ask_to_unlock(
      caller, id, path,
      fmt::format("{}; protected by {}{}.", doing, refusing.path.text(), because(refusing.reason)), now_us,
      changes);
  Error error = about_path(
      ErrorCode::conflict,
      fmt::format("{} is protected by {} ({}){}.", path.text(), refusing.path.text(),
                  refusing.configured ? "in the configuration" : "since " + utc_text(refusing.since_us),
                  because(refusing.reason)),
      approval != nullptr ? approval_hint(*approval)
                          : "Only a person can allow it, for a while: say which file you need, and why.",
      path.text());
  if (approval != nullptr && approval->is_open()) error.approval = approval->key;
  return error;
}

/// Of a claim that the others have refused.
Error State::protected_elsewhere(const Caller& caller, const LeaseClaim& claim,
                                 const ProtectionElsewhere& protection, std::int64_t now_us,
                                 Changes& changes) {
  const std::string& id = claim.holder.agent_id;
  const auto met = std::find_if(claim.paths.begin(), claim.paths.end(), [&](const LeasePath& path) {
    return path.shared.is_known() && path.shared.path.overlaps(protection.pattern) &&
           !is_unlocked(path, id, now_us);
  });
  const LeasePath& path = met != claim.paths.end() ? *met : claim.paths.front();
  return refuse_protected_elsewhere(caller, {path, 0, "a lease"}, id, protection, now_us, changes);
}

Error State::refuse_protected_elsewhere(const Caller& caller, const WriteIntent& intent,
                                        const std::string& agent_id, const ProtectionElsewhere& protection,
                                        std::int64_t now_us, Changes& changes) {
  const LeasePath& path = intent.path;
  const Agent* agent = agent_id.empty() ? nullptr : find_agent(agent_id);
  const std::string where = fmt::format("on {} by {}", protection.host, protection.who);
  audit(caller, "protected_write_refused", agent != nullptr ? agent->profile.key : 0,
        fmt::format("{} on {}, protected {}", intent.doing, path.text(), where), now_us, changes);
  note_refusal(caller, agent_id, Refused::By::protection, path.text(), now_us, changes);
  const bool is_one_file = path.text().find_first_of("*?") == std::string::npos;
  const Approval* approval =
      is_one_file ? ask_to_unlock(caller, agent_id, path,
                                  fmt::format("{}; protected {} with {}{}.", intent.doing, where,
                                              protection.pattern.text(), because(protection.reason)),
                                  now_us, changes)
                  : nullptr;
  std::string hint =
      approval != nullptr ? approval_hint(*approval)
      : is_one_file       ? "Only a person can allow it, for a while: say which file you need, and why."
                    : "Ask for the files that you need by their names, without those that are protected.";
  hint += fmt::format(" On {}, governorctl protect --remove ends the protection for all machines.",
                      protection.host);
  Error error = about_path(ErrorCode::conflict,
                           fmt::format("{} is protected {}, for all machines of this workspace: {} ({}){}.",
                                       path.text(), where, protection.pattern.text(),
                                       protection.since_us == 0 ? "in the configuration there"
                                                                : "since " + utc_text(protection.since_us),
                                       because(protection.reason)),
                           std::move(hint), path.text());
  if (approval != nullptr && approval->is_open()) error.approval = approval->key;
  return error;
}

std::optional<Error> State::protect(const Caller& caller, ProtectCommand command, std::int64_t now_us,
                                    Changes& changes) {
  const std::string& text = command.path.pattern.text();
  const auto same = [&](const Protection& known) { return known.path.pattern.text() == text; };
  const auto known = std::find_if(protections_.begin(), protections_.end(), same);
  const Session* session = find_session(caller.session);
  if (known != protections_.end() && known->configured) {
    if (!command.remove) return std::nullopt;
    return about_path(ErrorCode::conflict,
                      fmt::format("{} is protected by the configuration.", command.path.text()),
                      "Take it out of \"protected\" in the configuration file, then governorctl restart.",
                      command.path.text());
  }
  if (command.remove) {
    if (known == protections_.end()) {
      return about_path(ErrorCode::not_found, fmt::format("No protection reads {}.", command.path.text()),
                        "governorctl protect lists those that there are.", command.path.text());
    }
    audit(caller, "protection_removed", 0, command.path.text() + because(command.reason), now_us, changes);
    changes.emplace_back(ProtectionSaved{*known, true});
    protections_.erase(known);
    return std::nullopt;
  }
  if (known != protections_.end() && known->reason == command.reason) return std::nullopt;
  if (known == protections_.end() && protections_.size() >= kMaxProtections)
    return too_many("protections", kMaxProtections);
  Protection protection;
  protection.path = std::move(command.path);
  protection.reason = std::move(command.reason);
  protection.by = session != nullptr ? session->client_name : "";
  protection.since_us = now_us;
  audit(caller, "protection_added", 0, protection.path.text() + because(protection.reason), now_us, changes);
  changes.emplace_back(ProtectionSaved{protection, false});
  if (known != protections_.end()) {
    *known = std::move(protection);
  } else {
    protections_.push_back(std::move(protection));
  }
  return std::nullopt;
}

std::optional<Error> State::unlock(const Caller& caller, UnlockCommand command, std::int64_t now_us,
                                   Changes& changes) {
  if (command.duration_us > 0 && !command.agent_id.empty() && find_agent(command.agent_id) == nullptr) {
    Error error(ErrorCode::not_found,
                fmt::format("There is no agent \"{}\"; whoever registered under that id would be meant.",
                            command.agent_id),
                "governorctl agents lists those that there are; without an agent it counts for all.");
    error.field = "agent_id";
    error.given = command.agent_id;
    return error;
  }
  Unlock unlock;
  unlock.path = std::move(command.path);
  unlock.agent_id = std::move(command.agent_id);
  const Session* session = find_session(caller.session);
  unlock.by = session != nullptr ? session->client_name : "";
  unlock.reason = std::move(command.reason);
  unlock.granted_us = now_us;
  unlock.until_us = now_us + command.duration_us;
  std::erase_if(unlocks_, [&](const Unlock& known) {
    const bool is_same =
        known.path.pattern.text() == unlock.path.pattern.text() && known.agent_id == unlock.agent_id;
    return is_same || known.until_us <= now_us;
  });
  if (unlocks_.size() >= kMaxUnlocks) return too_many("unlocks", kMaxUnlocks);
  const std::string whom = unlock.agent_id.empty() ? "anybody" : fmt::format("agent \"{}\"", unlock.agent_id);
  audit(caller, command.duration_us > 0 ? "files_unlocked" : "files_locked_again", 0,
        fmt::format("{} for {} until {}{}", unlock.path.text(), whom, utc_text(unlock.until_us),
                    because(unlock.reason)),
        now_us, changes);
  changes.emplace_back(UnlockSaved{unlock});
  if (command.duration_us > 0) unlocks_.push_back(std::move(unlock));
  return std::nullopt;
}

/// The id has come to somebody whom the person who unlocked did not mean.
void State::end_unlocks(const Caller& caller, const AgentProfile& profile, std::int64_t now_us,
                        Changes& changes) {
  for (Unlock& unlock : unlocks_) {
    if (unlock.agent_id != profile.id || unlock.until_us <= now_us) continue;
    unlock.until_us = now_us;
    audit(caller, "files_locked_again", profile.key,
          fmt::format("{}: agent \"{}\" is another's now", unlock.path.text(), profile.id), now_us, changes);
    changes.emplace_back(UnlockSaved{unlock});
  }
  end_approvals_of(profile.id, now_us, changes);
}

}  // namespace governor::core
