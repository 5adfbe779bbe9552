#include "core/rewrite_loop.hpp"

#include <utility>

namespace governor::core {

void RewriteWatch::note(Entry entry) {
  if (entries_.size() == kCapacity) entries_.pop_front();
  entries_.push_back(std::move(entry));
}

RewriteWatch::Circle RewriteWatch::judge() const {
  if (entries_.empty() || entries_.back().writer == 0) return Circle::none;
  if (is_without_progress()) return Circle::no_progress;
  return is_back_again() ? Circle::back_again : Circle::none;
}

bool RewriteWatch::is_back_again() const {
  const Entry& last = entries_.back();
  if (last.restored) return false;
  std::size_t at = entries_.size() - 1;
  if (at == 0 || entries_[at - 1].sha256 == last.sha256) return false;
  // Writing the same once more in between changes nothing about the circle.
  const Entry& between = entries_[at - 1];
  while (at > 0 && entries_[at - 1].sha256 == between.sha256) --at;
  const bool has_before = at > 0 && entries_[at - 1].sha256 == last.sha256;
  return has_before && entries_[at].time_us > last.time_us - kWindowUs;
}

bool RewriteWatch::is_without_progress() const {
  const Entry& last = entries_.back();
  std::size_t rewrites = 0;
  for (std::size_t at = entries_.size(); at-- > 1;) {
    const Entry& entry = entries_[at];
    if (entry.time_us <= last.time_us - kWindowUs) return false;
    if (entry.writer != last.writer) continue;
    ++rewrites;
    if (rewrites > kAllowedRewrites && entries_[at - 1].sha256 == last.sha256) return true;
  }
  return false;
}

void RewriteWatch::forget(std::int64_t writer) {
  for (Entry& entry : entries_) {
    if (entry.writer == writer) entry.writer = 0;
  }
}

}  // namespace governor::core
