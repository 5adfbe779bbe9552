#pragma once

#include <string>
#include <string_view>

#include "core/session.hpp"

namespace governor::core {

/// What kind of somebody did something, and as which agent.
struct Actor {
  enum class Kind { daemon, agent, person, hook };

  Kind kind = Kind::daemon;
  std::string agent_id{};  ///< empty: as none
};

std::string_view to_string(Actor::Kind kind);

/// As it is stored: `person`, `agent ada`, `agent` (a session without one), `hook claude-code-7f3a`; empty
/// for the daemon.
std::string actor_text(const Actor& actor);
/// Entries of before this was stored are an agent's, if they have a session at all.
Actor read_actor(std::string_view text, SessionKey session);

}  // namespace governor::core
