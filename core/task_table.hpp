#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/task.hpp"

namespace governor::core {

/// How many tasks there are.
struct TaskCounts {
  std::array<std::size_t, kTaskStatuses.size()> of{};  ///< of each status
  std::size_t ready = 0;

  [[nodiscard]] std::size_t total() const { return std::accumulate(of.begin(), of.end(), std::size_t{0}); }
};

/// All tasks, and what is looked up among them: which are ready, whose claims end when, who depends on whom.
/// It keeps these in step with the tasks and decides nothing.
class TaskTable {
 public:
  [[nodiscard]] const Task* find(const std::string& id) const;
  [[nodiscard]] const Task* find(TaskKey key) const;
  /// Precondition: there is no task with this id or key.
  const Task& insert(Task task);
  /// Precondition: there is a task with this key.
  const Task& change(TaskKey key, TaskStanding standing);
  /// Likewise; `agent` is whom it is for, empty: whoever claims it.
  void assign(TaskKey key, std::string agent);

  /// Pending and unclaimed, and all it depends on is done.
  [[nodiscard]] bool is_ready(const Task& task) const;
  /// The next ready task for an agent (empty: for none): of the highest priority the oldest, among those that
  /// are for this agent or for nobody in particular. Null if there is none.
  [[nodiscard]] const Task* next_ready(const std::string& agent_id) const;
  /// What keeps a task from being ready: dependencies that are not done or not defined.
  [[nodiscard]] std::vector<std::string> open_dependencies(const Task& task) const;
  /// If a task with this id and these dependencies would close a cycle: that cycle, from the id to itself.
  [[nodiscard]] std::vector<std::string> cycle_through(const std::string& id,
                                                       const std::vector<std::string>& depends_on) const;

  /// Tasks claimed by the session, oldest first.
  [[nodiscard]] std::vector<TaskKey> claimed_by(SessionKey session) const;
  [[nodiscard]] std::vector<TaskKey> claimed_for(AgentKey agent) const;
  /// Tasks whose claims have ended at `now_us`, in the order in which they did.
  [[nodiscard]] std::vector<TaskKey> expired(std::int64_t now_us) const;
  /// INT64_MAX: nothing is claimed.
  [[nodiscard]] std::int64_t next_expiry() const;

  [[nodiscard]] std::size_t size() const { return tasks_.size(); }
  [[nodiscard]] std::size_t count(TaskStatus status) const {
    return counts_[static_cast<std::size_t>(status)];
  }
  [[nodiscard]] TaskCounts counts() const { return {counts_, ready_count_}; }
  [[nodiscard]] std::size_t ready_count() const { return ready_count_; }
  /// Bytes of all titles and descriptions.
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }

  /// Calls `visit(task)` for the tasks after the key `after`, oldest first, until it returns false.
  template <class Visit>
  void visit_after(TaskKey after, Visit visit) const {
    for (auto it = tasks_.upper_bound(after); it != tasks_.end(); ++it) {
      if (!visit(it->second.task)) return;
    }
  }

 private:
  struct Entry {
    Task task;
    std::size_t open = 0;  ///< dependencies that are not done
  };
  /// Smallest first: highest priority, then oldest.
  using Rank = std::pair<int, TaskKey>;

  static Rank rank_of(const Task& task);
  [[nodiscard]] bool is_done(const std::string& id) const;
  [[nodiscard]] static bool is_ready(const Entry& entry);
  void enlist(const Entry& entry);
  void delist(const Entry& entry);
  void note_done(const std::string& id, bool done);

  std::map<TaskKey, Entry> tasks_;
  std::unordered_map<std::string, TaskKey> keys_;
  std::unordered_map<std::string, std::vector<TaskKey>> dependents_;  ///< by id, defined or not
  std::unordered_map<std::string, std::set<Rank>> ready_;             ///< by the agent they are for
  std::set<std::pair<std::int64_t, TaskKey>> expiries_;
  std::unordered_map<SessionKey, std::set<TaskKey>> claimed_;
  std::array<std::size_t, kTaskStatuses.size()> counts_{};
  std::size_t ready_count_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace governor::core
