#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/state.hpp"

namespace governor::core::test {

/// The changes of one kind, in order.
template <class T>
std::vector<T> of_kind(const Changes& changes) {
  std::vector<T> found;
  for (const Change& change : changes) {
    if (const T* value = std::get_if<T>(&change)) found.push_back(*value);
  }
  return found;
}

inline Session session_named(std::string id, std::int64_t pid = 100) {
  Session session;
  session.id = std::move(id);
  session.resumable = true;
  session.process.pid = pid;
  session.client_name = "client-of-" + session.id;
  return session;
}

/// A state with two live sessions of agents and governorctl's, and what they do in one line each.
struct StateFixture {
  explicit StateFixture(Authority authority = Authority::people)
      : state(Thresholds{}, StateSeed{}, LoopPolicy::advise, {}, {}, authority) {
    bool resumed = false;
    alice = state.open_session(session_named("a", 1001), resumed, changes).key;
    bob = state.open_session(session_named("b", 1002), resumed, changes).key;
    Session governorctl = session_named("p", 1009);
    governorctl.resumable = false;
    governorctl.passing = true;
    governorctl.role = Role::person;
    person = state.open_session(std::move(governorctl), resumed, changes).key;
    changes.clear();
  }

  /// As the owner of the state does: an agent that nobody stored is known to be absent.
  void know(const std::string& id) {
    if (state.presence(id) == State::Presence::not_loaded) state.insert_absent(id);
  }
  Result<UpdateOutcome> update(SessionKey session, const std::string& id, std::uint64_t line = 0,
                               const std::string& token_hash = {}) {
    know(id);
    UpdateCommand command;
    command.agent_id = id;
    command.token_hash = token_hash;
    return state.update({session, line}, std::move(command), ++now, changes);
  }
  Result<RegisterOutcome> register_agent(SessionKey session, const std::string& id, bool shared = false,
                                         const std::string& token_hash = {},
                                         const std::string& new_hash = "new") {
    know(id);
    RegisterCommand command;
    command.agent_id = id;
    command.shared = shared;
    command.token_hash = token_hash;
    command.new_token_hash = new_hash;
    return state.register_agent({session, 0}, std::move(command), ++now, changes);
  }

  State state;
  Changes changes;
  SessionKey alice = 0;
  SessionKey bob = 0;
  SessionKey person = 0;
  std::int64_t now = 1'000'000;
};

}  // namespace governor::core::test
