// Who may do what: to whom an agent belongs, what people have ordered, and what is theirs to decide.
#include <fmt/format.h>

#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

Error about_agent(ErrorCode code, std::string message, std::string hint, const std::string& id) {
  Error error(code, std::move(message), std::move(hint));
  error.field = "agent_id";
  error.given = id;
  return error;
}

std::string session_text(const Session& session) {
  return fmt::format("client {} with pid {}", session.client_name.empty() ? "(unnamed)" : session.client_name,
                     session.process.pid);
}

}  // namespace

const Session* State::owner_of(const AgentProfile& profile) const {
  if (profile.shared || profile.owner == 0) return nullptr;
  const auto found = sessions_.find(profile.owner);
  return found == sessions_.end() ? nullptr : &found->second;
}

const Lease* State::kept_lease(const AgentProfile& profile) const {
  if (profile.shared || profile.token_hash.empty()) return nullptr;
  for (const auto& [key, lease] : leases_.open()) {
    if (lease.orphaned_us != 0 && lease.claim.holder.agent == profile.key) return &lease;
  }
  return nullptr;
}

std::optional<Error> State::check_owner(const AgentProfile& profile, const Caller& caller,
                                        const std::string& token_hash) const {
  if (is_person(caller)) return std::nullopt;
  const Session* owner = owner_of(profile);
  if (owner != nullptr && owner->key == caller.session) return std::nullopt;
  if (is_of_deployed_agent(profile, caller)) return std::nullopt;
  const Deployment* deployment = running_as(profile);
  const Lease* kept = owner == nullptr ? kept_lease(profile) : nullptr;
  if (owner == nullptr && kept == nullptr && deployment == nullptr) return std::nullopt;
  if (!token_hash.empty() && token_hash == profile.token_hash) return std::nullopt;
  Error error =
      deployment != nullptr
          ? about_agent(ErrorCode::not_owner,
                        fmt::format("Agent \"{}\" is deployed and {}: its own processes act for it.",
                                    profile.id, to_string(deployment->standing.state)),
                        "Use an agent id of your own, or give the token that it got at its start.",
                        profile.id)
      : owner != nullptr
          ? about_agent(ErrorCode::not_owner,
                        fmt::format("Agent \"{}\" is held by another session: {}, since {}.", profile.id,
                                    session_text(*owner), utc_text(profile.owner_since_us)),
                        "Use an agent id of your own, give the token that register_agent returned to its "
                        "holder, or wait until that session ends.",
                        profile.id)
          : about_agent(
                ErrorCode::not_owner,
                fmt::format("Agent \"{}\" is kept for its holder, whose session ended at {} and who holds "
                            "lease {}, until {}.",
                            profile.id, utc_text(kept->orphaned_us), kept->key,
                            utc_text(kept->orphaned_us + lease_policy_.grace_us)),
                "Use an agent id of your own, give the token that register_agent returned to its "
                "holder, or wait until then.",
                profile.id);
  if (!token_hash.empty()) {
    error.field = "token";
    error.given = "a token that does not match";
  }
  return error;
}

std::optional<Error> State::check_registration(const AgentProfile& profile, const Caller& caller,
                                               const RegisterCommand& command) const {
  if (auto error = check_owner(profile, caller, command.token_hash)) return error;
  if (auto error = profile.status == Lifecycle::archived ? check_orders(profile, caller, kOrderedStatus)
                                                         : std::nullopt)
    return error;
  // Others may be working with it; its token says who may take it from them.
  const bool is_shared = profile.shared && !profile.token_hash.empty();
  const bool has_right = profile.owner == caller.session || command.token_hash == profile.token_hash ||
                         is_of_deployed_agent(profile, caller) || is_person(caller);
  if (!is_shared || command.shared || has_right) return std::nullopt;
  Error error = about_agent(
      ErrorCode::not_owner,
      fmt::format(
          "Agent \"{}\" is shared: other sessions may be working with it, so it cannot become yours alone.",
          profile.id),
      "Register it with shared true, give the token of its registration, or use an agent id of your own.",
      profile.id);
  if (!command.token_hash.empty()) {
    error.field = "token";
    error.given = "a token that does not match";
  }
  return error;
}

/// Not one that a deployed agent has started to speak for one.
bool State::is_person(const Caller& caller) const {
  const auto found = sessions_.find(caller.session);
  return found != sessions_.end() && found->second.role == Role::person &&
         deployment_of(found->second) == nullptr;
}

bool State::may_decide(const Caller& caller) const {
  return caller.session == 0 || authority_ == Authority::agents_too || is_person(caller);
}

std::optional<Error> State::check_decision(const Caller& caller, std::string what,
                                           std::string command) const {
  if (may_decide(caller)) return std::nullopt;
  return Error(ErrorCode::not_owner, fmt::format("{} is for a person to decide.", what),
               fmt::format("Ask your user: {}. Where agents are to decide such things, the "
                           "configuration says so with \"agents_decide\": true.",
                           command));
}

std::optional<Error> State::check_orders(const AgentProfile& profile, const Caller& caller,
                                         unsigned orders) const {
  const unsigned held = profile.ordered & orders;
  if (held == 0 || caller.session == 0 || is_person(caller)) return std::nullopt;
  std::string message;
  std::string command;
  if ((held & kOrderedStatus) != 0) {
    message = fmt::format("Agent \"{}\" was {} by a person at {}{}{}. Only a person changes that.",
                          profile.id, to_string(profile.status), utc_text(profile.status_since_us),
                          profile.status_reason.empty() ? "" : ": ", profile.status_reason);
    command = fmt::format("governorctl resume {}", profile.id);
  } else {
    message = fmt::format("The thresholds of agent \"{}\" were set by a person. Only a person changes them.",
                          profile.id);
    command = fmt::format("governorctl thresholds --agent {} set", profile.id);
  }
  return about_agent(ErrorCode::not_owner, std::move(message),
                     fmt::format("Stop, and tell your user what you wanted to do; they can use {}.", command),
                     profile.id);
}

}  // namespace governor::core
