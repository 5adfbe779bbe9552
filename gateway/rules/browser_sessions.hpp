#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace governor::gateway {

/// The browsers that were let in. Of a cookie only its hash is kept, so that who reads what is kept of them
/// cannot come as one.
class BrowserSessions {
 public:
  /// Of the calendar, since it has to mean something to the next gateway too.
  using TimePoint = std::chrono::system_clock::time_point;
  static constexpr std::size_t kMost = 32;
  static constexpr std::chrono::hours kLongestIdle{24 * 7};
  /// A use that is newer than what was saved by less than this need not be saved.
  static constexpr std::chrono::hours kSaveEvery{1};

  struct Session {
    std::string cookie_hash;
    std::string csrf;
    TimePoint last_used;
  };

  /// Gives the cookie, which nobody else knows. Of more than the most, the session that was not used for
  /// longest has to go.
  std::string open(TimePoint now);
  /// Null for what is no cookie of a session. The pointer lives until the next call.
  const Session* find(std::string_view cookie, TimePoint now);

  /// Ends the session of this cookie. False: there was none.
  bool close(std::string_view cookie);
  /// Ends all; gives how many there were.
  std::size_t close_all();

  /// To be kept in a file: a line for each.
  [[nodiscard]] std::string text() const;
  /// Of such a text; what is of another form, or too old, is left out.
  static BrowserSessions read(std::string_view text, TimePoint now);
  /// Whether a kept text would be wrong by now.
  [[nodiscard]] bool wants_to_be_saved() const { return is_changed_; }
  void note_saved();

 private:
  void forget_idle(TimePoint now);

  struct Kept {
    Session session;
    TimePoint saved_use{};
  };
  std::vector<Kept> sessions_;
  bool is_changed_ = false;
};

}  // namespace governor::gateway
