#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace governor::proxy {

/// The client's lines that the daemon has not answered yet, ascending by number, and how far they have been
/// sent on the present connection.
class UnansweredLines {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Line {
    std::uint64_t number;
    std::string text;  ///< "<number> <payload>\n"
    TimePoint arrived;
    bool ever_sent = false;
    bool expects_answer = true;  ///< false once it is known that nobody waits for one
    std::string stream_id{};  ///< its id if it is known to have opened a stream, which has no end of its own
    TimePoint told{};         ///< when a notification last told of it
    std::string_view payload() const;
  };

  /// Gives the line the next number.
  void add(std::string_view payload, TimePoint now);

  /// The line if it has been sent on this connection and waits for its answer, else null.
  const Line* find_sent(std::uint64_t number) const;
  void remove(std::uint64_t number);

  /// From now on everything is to be sent again, from the beginning.
  void rewind();
  /// What remains of a line that was sent in part.
  std::string_view partly_sent() const;
  /// The i-th line after that one; empty past the end.
  std::string_view unsent(std::size_t i) const;
  void mark_sent(std::size_t bytes);

  bool empty() const { return lines_.empty(); }
  std::size_t size() const { return lines_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::deque<Line>& lines() { return lines_; }
  const std::deque<Line>& lines() const { return lines_; }
  /// Every line with a smaller number has been answered.
  std::uint64_t first_unanswered() const { return lines_.empty() ? next_number_ : lines_.front().number; }

 private:
  std::deque<Line> lines_;
  std::uint64_t next_number_ = 1;
  std::size_t bytes_ = 0;
  std::size_t sent_ = 0;    // lines_[0 .. sent_) have been sent whole on this connection
  std::size_t offset_ = 0;  // and so many bytes of lines_[sent_]
};

}  // namespace governor::proxy
