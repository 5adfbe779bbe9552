#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/deployment.hpp"

namespace governor::core {

/// All deployments that are not over, and the newest of the others. Every count is made of them when it is
/// asked for. It decides nothing.
class DeploymentTable {
 public:
  /// Of those that are over; older ones are only in the store.
  static constexpr std::size_t kRemembered = 10'000;

  [[nodiscard]] const Deployment* find(const std::string& id) const;
  [[nodiscard]] const Deployment* find(DeploymentKey key) const;
  /// Precondition: there is none with this id or key.
  const Deployment& insert(Deployment deployment);
  /// Precondition: there is one with this key.
  const Deployment& change(DeploymentKey key, DeploymentStanding standing);

  /// Those that are not over, oldest first.
  [[nodiscard]] const std::set<DeploymentKey>& live() const { return live_; }
  /// In total, also of those that are over.
  [[nodiscard]] std::size_t count_of_task(const std::string& task_id) const;
  [[nodiscard]] std::size_t count_live_of_parent(const std::string& parent) const;
  /// One that is not over; null: there is none.
  [[nodiscard]] const Deployment* find_live(const std::string& agent_type, const std::string& task_id) const;
  /// The one that is not over and whose program, or its keeper, this is; null: none.
  [[nodiscard]] const Deployment* find_live(const SessionProcess& process) const;
  /// All of a task, also those that are over; oldest first.
  [[nodiscard]] std::vector<const Deployment*> of_task(const std::string& task_id) const;
  /// Those whose runner met a limit of its account, also when they are over.
  [[nodiscard]] const std::set<DeploymentKey>& limited() const { return limited_; }
  [[nodiscard]] std::size_t size() const { return deployments_.size(); }
  /// Grows with every change.
  [[nodiscard]] std::uint64_t version() const { return version_; }

  /// Calls `visit(deployment)`, newest first, until it returns false.
  template <class Visit>
  void visit(Visit visit) const {
    for (auto it = deployments_.rbegin(); it != deployments_.rend(); ++it) {
      if (!visit(it->second)) return;
    }
  }

 private:
  void enlist(const Deployment& deployment);
  void delist(const Deployment& deployment);
  void forget_oldest();

  std::map<DeploymentKey, Deployment> deployments_;
  std::unordered_map<std::string, DeploymentKey> keys_;
  std::set<DeploymentKey> live_;
  std::set<DeploymentKey> limited_;
  std::unordered_map<std::string, std::set<DeploymentKey>> of_task_;  ///< none without a task
  std::unordered_multimap<std::int64_t, DeploymentKey> processes_;    ///< of those that are not over, by pid
  std::uint64_t version_ = 0;
};

}  // namespace governor::core
