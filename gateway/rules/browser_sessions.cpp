#include "gateway/rules/browser_sessions.hpp"

#include <algorithm>

#include "gateway/rules/secrets.hpp"

namespace governor::gateway {

const BrowserSessions::Session& BrowserSessions::open(TimePoint now) {
  if (sessions_.size() >= kMost) {
    sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(),
                                     [](const auto& a, const auto& b) { return a.last_used < b.last_used; }));
  }
  sessions_.push_back({new_secret(), new_secret(), now});
  return sessions_.back();
}

const BrowserSessions::Session* BrowserSessions::find(std::string_view cookie, TimePoint now) {
  std::erase_if(sessions_, [&](const Session& one) { return now - one.last_used > kLongestIdle; });
  Session* found = nullptr;
  for (Session& one : sessions_)
    if (is_same_secret(cookie, one.cookie)) found = &one;
  if (found != nullptr) found->last_used = now;
  return found;
}

}  // namespace governor::gateway
