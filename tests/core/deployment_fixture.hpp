#pragma once

#include <string>
#include <utility>

#include "tests/core/task_fixture.hpp"

namespace governor::core::test {

inline SessionProcess process_numbered(std::int64_t pid) {
  return {pid, static_cast<std::uint64_t>(pid) * 10, "this boot"};
}

inline DeploymentWish wish_for(std::string id, std::string type = "painter") {
  DeploymentWish wish;
  wish.order.id = std::move(id);
  wish.order.agent_type = std::move(type);
  wish.order.runner = "generic";
  wish.order.prompt_bytes = 7;
  wish.token_hash = "token of " + wish.order.id;
  wish.allow_duplicate = true;
  return wish;
}

/// Sessions that deploy, and what a supervisor would tell.
struct DeploymentFixture : TaskFixture {
  Result<const Deployment*> reserve(SessionKey session, DeploymentWish wish) {
    know(wish.order.id);
    if (!wish.order.parent.empty()) know(wish.order.parent);
    return state.reserve_deployment({session, 0}, std::move(wish), ++now, changes);
  }
  Result<const Deployment*> reserve(SessionKey session, const std::string& id) {
    return reserve(session, wish_for(id));
  }
  void start(const std::string& id, std::int64_t pid) {
    state.confirm_deployment(key_of(id), {process_numbered(pid), process_numbered(pid + 1), false, {}}, ++now,
                             changes);
  }
  const Deployment& started(SessionKey session, const std::string& id, std::int64_t pid) {
    (void)reserve(session, id);
    start(id, pid);
    return *state.deployments().find(id);
  }
  void end(const std::string& id, DeploymentState how = DeploymentState::finished, std::string why = {}) {
    DeploymentEnded ended;
    ended.state = how;
    ended.why = std::move(why);
    state.end_deployment(key_of(id), std::move(ended), ++now, changes);
  }
  /// An update of its agent.
  Result<UpdateOutcome> report(SessionKey session, const std::string& id,
                               const std::string& token_hash = {}) {
    return StateFixture::update(session, id, 0, token_hash);
  }
  /// A session of a process that this one has started.
  SessionKey session_below(std::int64_t pid, const std::string& id) {
    bool resumed = false;
    Session session = session_named(id, pid + 50);
    session.ancestors = {process_numbered(pid + 50), process_numbered(pid + 20), process_numbered(pid)};
    return state.open_session(std::move(session), resumed, changes).key;
  }
  DeploymentKey key_of(const std::string& id) {
    const Deployment* deployment = state.deployments().find(id);
    return deployment == nullptr ? 0 : deployment->key;
  }
  const DeploymentStanding& how(const std::string& id) { return state.deployments().find(id)->standing; }
  std::size_t open_alerts(AlertKind kind) { return state.open_alerts(kind).size(); }
};

}  // namespace governor::core::test
