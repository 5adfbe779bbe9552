#include "core/task_table.hpp"

#include <algorithm>
#include <unordered_set>

namespace governor::core {

const Task* TaskTable::find(const std::string& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : find(found->second);
}

const Task* TaskTable::find(TaskKey key) const {
  const auto found = tasks_.find(key);
  return found == tasks_.end() ? nullptr : &found->second.task;
}

const Task& TaskTable::insert(Task task) {
  const TaskKey key = task.key;
  Entry entry{std::move(task)};
  for (const std::string& id : entry.task.definition.depends_on) {
    if (!is_done(id)) ++entry.open;
    dependents_[id].push_back(key);
  }
  keys_.emplace(entry.task.definition.id, key);
  text_bytes_ += entry.task.definition.title.size() + entry.task.definition.description.size();
  const Entry& kept = tasks_.emplace(key, std::move(entry)).first->second;
  enlist(kept);
  if (kept.task.standing.status == TaskStatus::done) note_done(kept.task.definition.id, true);
  return kept.task;
}

const Task& TaskTable::change(TaskKey key, TaskStanding standing) {
  Entry& entry = tasks_.at(key);
  const bool was_done = entry.task.standing.status == TaskStatus::done;
  delist(entry);
  entry.task.standing = std::move(standing);
  enlist(entry);
  const bool done = entry.task.standing.status == TaskStatus::done;
  if (done != was_done) note_done(entry.task.definition.id, done);
  return entry.task;
}

void TaskTable::assign(TaskKey key, std::string agent) {
  Entry& entry = tasks_.at(key);
  delist(entry);
  entry.task.definition.agent = std::move(agent);
  enlist(entry);
}

bool TaskTable::is_done(const std::string& id) const {
  const Task* task = find(id);
  return task != nullptr && task->standing.status == TaskStatus::done;
}

bool TaskTable::is_ready(const Entry& entry) {
  const TaskStanding& standing = entry.task.standing;
  return standing.status == TaskStatus::pending && !standing.claim && entry.open == 0;
}

bool TaskTable::is_ready(const Task& task) const {
  const auto found = tasks_.find(task.key);
  return found != tasks_.end() && is_ready(found->second);
}

TaskTable::Rank TaskTable::rank_of(const Task& task) {
  return {-static_cast<int>(task.definition.priority), task.key};
}

void TaskTable::enlist(const Entry& entry) {
  const Task& task = entry.task;
  ++counts_[static_cast<std::size_t>(task.standing.status)];
  if (is_ready(entry)) {
    ready_[task.definition.agent].insert(rank_of(task));
    ++ready_count_;
  }
  if (task.standing.claim) {
    expiries_.emplace(task.standing.claim->expires_us, task.key);
    claimed_[task.standing.claim->session].insert(task.key);
  }
}

void TaskTable::delist(const Entry& entry) {
  const Task& task = entry.task;
  --counts_[static_cast<std::size_t>(task.standing.status)];
  if (is_ready(entry)) {
    const auto found = ready_.find(task.definition.agent);
    found->second.erase(rank_of(task));
    if (found->second.empty()) ready_.erase(found);
    --ready_count_;
  }
  if (task.standing.claim) {
    expiries_.erase({task.standing.claim->expires_us, task.key});
    const auto found = claimed_.find(task.standing.claim->session);
    found->second.erase(task.key);
    if (found->second.empty()) claimed_.erase(found);
  }
}

void TaskTable::note_done(const std::string& id, bool done) {
  const auto found = dependents_.find(id);
  if (found == dependents_.end()) return;
  for (const TaskKey key : found->second) {
    Entry& entry = tasks_.at(key);
    delist(entry);
    done ? --entry.open : ++entry.open;
    enlist(entry);
  }
}

const Task* TaskTable::next_ready(const std::string& agent_id) const {
  const std::set<Rank>* best = nullptr;
  for (const std::string& whose : {std::string(), agent_id}) {
    const auto found = ready_.find(whose);
    if (found == ready_.end()) continue;
    if (best == nullptr || *found->second.begin() < *best->begin()) best = &found->second;
  }
  return best == nullptr ? nullptr : find(best->begin()->second);
}

std::vector<std::string> TaskTable::open_dependencies(const Task& task) const {
  std::vector<std::string> open;
  for (const std::string& id : task.definition.depends_on) {
    if (!is_done(id)) open.push_back(id);
  }
  return open;
}

std::vector<std::string> TaskTable::cycle_through(const std::string& id,
                                                  const std::vector<std::string>& depends_on) const {
  if (std::find(depends_on.begin(), depends_on.end(), id) != depends_on.end()) return {id, id};
  // Only a task that others already wait for can close a cycle. Most are not, however long the chains are.
  if (!dependents_.contains(id)) return {};
  std::unordered_map<std::string, std::string> reached_from;
  std::vector<std::string> next;
  const auto reach = [&](const std::string& to, const std::string& from) {
    if (reached_from.emplace(to, from).second) next.push_back(to);
  };
  for (const std::string& dependency : depends_on) reach(dependency, id);
  while (!next.empty()) {
    const std::string here = std::move(next.back());
    next.pop_back();
    if (here == id) {
      std::vector<std::string> cycle{id};
      std::string step = reached_from.at(id);
      for (; step != id; step = reached_from.at(step)) cycle.push_back(step);
      cycle.push_back(id);
      std::reverse(cycle.begin(), cycle.end());
      return cycle;
    }
    if (const Task* task = find(here)) {
      for (const std::string& dependency : task->definition.depends_on) reach(dependency, here);
    }
  }
  return {};
}

std::vector<TaskKey> TaskTable::claimed_by(SessionKey session) const {
  const auto found = claimed_.find(session);
  if (found == claimed_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::vector<TaskKey> TaskTable::claimed_for(AgentKey agent) const {
  std::vector<TaskKey> keys;
  for (const auto& [expires_us, key] : expiries_) {
    if (find(key)->standing.claim->agent == agent) keys.push_back(key);
  }
  return keys;
}

std::vector<TaskKey> TaskTable::expired(std::int64_t now_us) const {
  std::vector<TaskKey> keys;
  for (const auto& [expires_us, key] : expiries_) {
    if (expires_us > now_us) break;
    keys.push_back(key);
  }
  return keys;
}

std::int64_t TaskTable::next_expiry() const {
  return expiries_.empty() ? INT64_MAX : expiries_.begin()->first;
}

}  // namespace governor::core
