#include "daemon/diagnosis/operation_log.hpp"

#include <algorithm>
#include <utility>

namespace governor::daemon {
namespace {

bool is_slower(const SlowOperation& a, const SlowOperation& b) {
  return a.duration_us > b.duration_us;
}

}  // namespace

void OperationLog::add(std::size_t tool, std::string_view name, std::string_view agent_id,
                       std::int64_t duration_us) {
  if (tool >= kMaxTools || duration_us <= floors_[tool].load(std::memory_order_relaxed)) return;
  SlowOperation slow{name, std::string(agent_id), duration_us, now_us_()};
  const std::lock_guard lock(mutex_);
  auto& list = slowest_[tool];
  list.insert(std::upper_bound(list.begin(), list.end(), slow, is_slower), std::move(slow));
  if (list.size() > kPerTool) list.pop_back();
  if (list.size() == kPerTool) floors_[tool].store(list.back().duration_us, std::memory_order_relaxed);
}

std::vector<SlowOperation> OperationLog::slowest() const {
  std::vector<SlowOperation> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& list : slowest_) all.insert(all.end(), list.begin(), list.end());
  }
  std::stable_sort(all.begin(), all.end(), is_slower);
  return all;
}

}  // namespace governor::daemon
