#include "gateway/rules/browser_sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "gateway/rules/secrets.hpp"

namespace governor::gateway {
namespace {

using std::chrono::seconds;

constexpr std::size_t kHashLength = 64;

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool is_hash(std::string_view text) {
  return text.size() == kHashLength && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<BrowserSessions::Session> read_line(std::string_view line, BrowserSessions::TimePoint now) {
  const std::string_view hash = take_word(line);
  const std::string_view csrf = take_word(line);
  std::int64_t used = 0;
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), used);
  const std::int64_t latest = std::chrono::duration_cast<seconds>(now.time_since_epoch()).count();
  if (!is_hash(hash) || !is_secret(csrf) || failure != std::errc() || end != line.data() + line.size())
    return std::nullopt;
  if (used < 0) return std::nullopt;
  // A clock that was set back must not make a session live for ever.
  const BrowserSessions::TimePoint last_used{seconds(std::min(used, latest))};
  return BrowserSessions::Session{std::string(hash), std::string(csrf), last_used};
}

}  // namespace

std::string BrowserSessions::open(TimePoint now) {
  if (sessions_.size() >= kMost) {
    sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
      return a.session.last_used < b.session.last_used;
    }));
  }
  std::string cookie = new_secret();
  sessions_.push_back({{secret_hash(cookie), new_secret(), now}, now});
  is_changed_ = true;
  return cookie;
}

void BrowserSessions::forget_idle(TimePoint now) {
  const auto gone =
      std::erase_if(sessions_, [&](const Kept& one) { return now - one.session.last_used > kLongestIdle; });
  if (gone > 0) is_changed_ = true;
}

const BrowserSessions::Session* BrowserSessions::find(std::string_view cookie, TimePoint now) {
  forget_idle(now);
  if (cookie.empty()) return nullptr;
  const std::string hash = secret_hash(cookie);
  Kept* found = nullptr;
  for (Kept& one : sessions_)
    if (is_same_secret(hash, one.session.cookie_hash)) found = &one;
  if (found == nullptr) return nullptr;
  found->session.last_used = now;
  if (now - found->saved_use >= kSaveEvery) is_changed_ = true;
  return &found->session;
}

bool BrowserSessions::close(std::string_view cookie) {
  const std::string hash = secret_hash(cookie);
  const auto gone = std::erase_if(
      sessions_, [&](const Kept& one) { return is_same_secret(hash, one.session.cookie_hash); });
  if (gone > 0) is_changed_ = true;
  return gone > 0;
}

std::size_t BrowserSessions::close_all() {
  const std::size_t gone = std::exchange(sessions_, {}).size();
  if (gone > 0) is_changed_ = true;
  return gone;
}

std::string BrowserSessions::text() const {
  std::string text;
  for (const auto& [session, saved] : sessions_) {
    const auto used = std::chrono::duration_cast<seconds>(session.last_used.time_since_epoch());
    text += fmt::format("{} {} {}\n", session.cookie_hash, session.csrf, used.count());
  }
  return text;
}

BrowserSessions BrowserSessions::read(std::string_view text, TimePoint now) {
  BrowserSessions sessions;
  while (!text.empty() && sessions.sessions_.size() < kMost) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto session = read_line(text.substr(0, end), now)) {
      const TimePoint used = session->last_used;
      sessions.sessions_.push_back({*std::move(session), used});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  sessions.forget_idle(now);
  return sessions;
}

void BrowserSessions::note_saved() {
  for (Kept& one : sessions_) one.saved_use = one.session.last_used;
  is_changed_ = false;
}

}  // namespace governor::gateway
