#include "core/actor.hpp"

#include <array>

namespace governor::core {

std::string_view to_string(Actor::Kind kind) {
  switch (kind) {
    case Actor::Kind::daemon: return "governor";
    case Actor::Kind::agent: return "agent";
    case Actor::Kind::person: return "person";
    case Actor::Kind::hook: return "hook";
  }
  return "governor";
}

std::string actor_text(const Actor& actor) {
  if (actor.kind == Actor::Kind::daemon) return {};
  std::string text(to_string(actor.kind));
  if (!actor.agent_id.empty()) text += ' ' + actor.agent_id;
  return text;
}

Actor read_actor(std::string_view text, SessionKey session) {
  if (text.empty()) return {session == 0 ? Actor::Kind::daemon : Actor::Kind::agent};
  const std::size_t space = text.find(' ');
  const std::string_view kind = text.substr(0, space);
  Actor actor;
  if (space != std::string_view::npos) actor.agent_id = std::string(text.substr(space + 1));
  for (const auto known : {Actor::Kind::agent, Actor::Kind::person, Actor::Kind::hook}) {
    if (kind == to_string(known)) actor.kind = known;
  }
  return actor;
}

}  // namespace governor::core
