// Deployments that are over and go on all the same, by a person's word.
#include <fmt/format.h>

#include "core/state.hpp"

namespace governor::core {
namespace {

constexpr std::string_view kByPerson = "a person lets it go on";

Error cannot_go_on(const Deployment& deployment, std::string_view why) {
  Error error(ErrorCode::conflict,
              fmt::format("Deployment \"{}\" is {}, and {}.", deployment.order.id,
                          to_string(deployment.standing.state), why),
              "Deploy what is left to be done anew.");
  error.field = "deployment_id";
  error.given = deployment.order.id;
  return error;
}

}  // namespace

std::optional<Error> State::refuse_reopening(const Deployment& deployment) {
  if (!can_be_resumed(deployment.standing))
    return cannot_go_on(deployment, deployment.standing.workspace.removed
                                        ? "its worktree is gone"
                                        : "no session of its program is known that could go on");
  const Agent* agent = find_agent(deployment.order.id);
  const bool is_there = agent != nullptr && agent->profile.key == deployment.agent &&
                        agent->profile.status != Lifecycle::deleted;
  if (!is_there) return cannot_go_on(deployment, "its agent was deleted");
  if (auto refusal = check_room_for(deployment.order)) return refusal;
  return check_no_duplicate(deployment.order);
}

void State::reopen_deployment(const Caller& caller, const Deployment& deployment, std::int64_t now_us,
                              Changes& changes) {
  Agent& agent = *find_agent(deployment.order.id);
  note_life(caller, agent, "deployment_continued", std::string(kByPerson), now_us, changes);
  // One that a person has paused stays so.
  if (agent.profile.status == Lifecycle::archived) {
    agent.profile.status = Lifecycle::active;
    agent.profile.status_since_us = now_us;
    agent.profile.status_reason.clear();
    agent.profile.ordered &= static_cast<std::uint8_t>(~kOrderedStatus);
  }
  save_profile(agent.profile, changes);
  DeploymentStanding standing = deployment.standing;
  standing.state = DeploymentState::waiting;
  standing.waiting_for = WaitingFor::restart;
  standing.since_us = now_us;
  standing.why = kByPerson;
  standing.ended_us = 0;
  standing.exit_code.reset();
  standing.signal = 0;
  standing.restart_us = now_us;
  standing.restarts = 0;
  standing.keeper = {0, 0, standing.keeper.boot_id};
  standing.process = {};
  const Deployment& reopened =
      change_deployment(caller, deployment, std::move(standing), "continued", {}, now_us, changes);
  tell_task(reopened, "deployment_continued", fmt::format("{}: {}", reopened.order.id, kByPerson), now_us,
            changes);
}

}  // namespace governor::core
