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

std::int64_t RewriteWatch::rests_until(std::int64_t writer) const {
  if (judge() == Circle::none || entries_.back().writer != writer) return 0;
  return entries_.back().time_us + kRestUs;
}

bool RewriteWatch::is_back_again() const {
  const Entry& last = entries_.back();
  std::size_t returns = 0;
  bool was_there = false;
  for (std::size_t at = 0; at < entries_.size(); ++at) {
    const Entry& entry = entries_[at];
    if (entry.sha256 != last.sha256) continue;
    const bool comes = at == 0 || entries_[at - 1].sha256 != entry.sha256;
    const bool counts = entry.writer != 0 && entry.time_us > last.time_us - kWindowUs;
    if (was_there && comes && counts) ++returns;
    was_there = true;
  }
  // The newest entry itself must be one of them: writing the same once more is no return.
  const bool newest_comes = entries_.size() > 1 && entries_[entries_.size() - 2].sha256 != last.sha256;
  return newest_comes && returns >= kReturns;
}

bool RewriteWatch::is_without_progress() const {
  const Entry& last = entries_.back();
  std::size_t rewrites = 0;
  for (std::size_t at = entries_.size(); at-- > 1;) {
    const Entry& entry = entries_[at];
    if (entry.time_us <= last.time_us - kWindowUs) return false;
    if (entry.writer != last.writer) continue;
    if (entry.sha256 != entries_[at - 1].sha256) return false;
    if (++rewrites > kAllowedRewrites) return true;
  }
  return false;
}

void RewriteWatch::forget(std::int64_t writer) {
  for (Entry& entry : entries_) {
    if (entry.writer == writer) entry.writer = 0;
  }
}

}  // namespace governor::core
