#include "core/deployment_table.hpp"

#include <algorithm>
#include <utility>

namespace governor::core {

const Deployment* DeploymentTable::find(const std::string& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : find(found->second);
}

const Deployment* DeploymentTable::find(DeploymentKey key) const {
  const auto found = deployments_.find(key);
  return found == deployments_.end() ? nullptr : &found->second;
}

const Deployment& DeploymentTable::insert(Deployment deployment) {
  ++version_;
  const DeploymentKey key = deployment.key;
  keys_.emplace(deployment.order.id, key);
  const Deployment& kept = deployments_.emplace(key, std::move(deployment)).first->second;
  if (!kept.order.task_id.empty()) of_task_[kept.order.task_id].insert(key);
  enlist(kept);
  forget_oldest();
  return kept;
}

const Deployment& DeploymentTable::change(DeploymentKey key, DeploymentStanding standing) {
  ++version_;
  Deployment& deployment = deployments_.at(key);
  delist(deployment);
  deployment.standing = std::move(standing);
  enlist(deployment);
  return deployment;
}

void DeploymentTable::enlist(const Deployment& deployment) {
  const DeploymentStanding& standing = deployment.standing;
  if (standing.limited_until_us != 0) limited_.insert(deployment.key);
  if (is_over(standing.state)) return;
  live_.insert(deployment.key);
  for (const SessionProcess* process : {&standing.keeper, &standing.process}) {
    if (process->pid > 0) processes_.emplace(process->pid, deployment.key);
  }
}

void DeploymentTable::delist(const Deployment& deployment) {
  live_.erase(deployment.key);
  limited_.erase(deployment.key);
  for (const SessionProcess* process : {&deployment.standing.keeper, &deployment.standing.process}) {
    const auto [first, last] = processes_.equal_range(process->pid);
    const auto found =
        std::find_if(first, last, [&](const auto& item) { return item.second == deployment.key; });
    if (found != last) processes_.erase(found);
  }
}

void DeploymentTable::forget_oldest() {
  if (deployments_.size() - live_.size() <= kRemembered) return;
  const auto oldest = std::find_if(deployments_.begin(), deployments_.end(),
                                   [](const auto& item) { return is_over(item.second.standing.state); });
  keys_.erase(oldest->second.order.id);
  limited_.erase(oldest->first);
  if (const auto task = of_task_.find(oldest->second.order.task_id); task != of_task_.end()) {
    task->second.erase(oldest->first);
    if (task->second.empty()) of_task_.erase(task);
  }
  deployments_.erase(oldest);
}

std::size_t DeploymentTable::count_of_task(const std::string& task_id) const {
  const auto found = of_task_.find(task_id);
  return found == of_task_.end() ? 0 : found->second.size();
}

std::vector<const Deployment*> DeploymentTable::of_task(const std::string& task_id) const {
  std::vector<const Deployment*> all;
  const auto found = of_task_.find(task_id);
  if (found == of_task_.end()) return all;
  for (const DeploymentKey key : found->second) all.push_back(&deployments_.at(key));
  return all;
}

std::size_t DeploymentTable::count_live_of_parent(const std::string& parent) const {
  return static_cast<std::size_t>(std::count_if(live_.begin(), live_.end(), [&](DeploymentKey key) {
    return deployments_.at(key).order.parent == parent;
  }));
}

const Deployment* DeploymentTable::find_live(const std::string& agent_type,
                                             const std::string& task_id) const {
  for (const DeploymentKey key : live_) {
    const Deployment& deployment = deployments_.at(key);
    if (deployment.order.agent_type == agent_type && deployment.order.task_id == task_id) return &deployment;
  }
  return nullptr;
}

const Deployment* DeploymentTable::find_live(const SessionProcess& process) const {
  const auto [first, last] = processes_.equal_range(process.pid);
  for (auto it = first; it != last; ++it) {
    const Deployment& deployment = deployments_.at(it->second);
    if (deployment.standing.keeper == process || deployment.standing.process == process) return &deployment;
  }
  return nullptr;
}

}  // namespace governor::core
