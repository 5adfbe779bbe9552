#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace governor::gateway {

/// Where in which stream of a session a client is: the ids of events.
struct EventId {
  std::uint64_t stream = 0;
  std::uint64_t position = 0;

  [[nodiscard]] std::string text() const;
};
std::optional<EventId> read_event_id(std::string_view text);

/// What is sent to a client about one request, or about none, kept so that a client that lost its connection
/// gets what it has missed. One reader at a time: the newest. No I/O.
class EventStream {
 public:
  static constexpr std::size_t kMostEvents = 1024;
  static constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

  explicit EventStream(std::uint64_t number) : number_(number) {}

  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// An event without content, from whose id a client can go on that has got nothing else yet.
  void prime();
  void add(std::string message);
  /// Nothing more comes.
  void end();
  [[nodiscard]] bool is_over() const { return over_; }

  /// The position of the newest event; 0: there was none.
  [[nodiscard]] std::uint64_t newest() const { return first_ + events_.size() - 1; }
  /// What follows a position, as server-sent events; with ids if the client may go on from them.
  [[nodiscard]] std::string text_after(std::uint64_t position, bool with_ids) const;
  /// The only message there was, once the stream is over; else null.
  [[nodiscard]] const std::string* only_message() const;

  /// `wake` is called when there is something new, or when another reader has come.
  std::uint64_t attach(std::function<void()> wake);
  void detach(std::uint64_t reader);
  [[nodiscard]] bool is_reader(std::uint64_t reader) const { return reader_ == reader && wake_; }
  [[nodiscard]] bool has_reader() const { return static_cast<bool>(wake_); }
  /// Up to which position a reader has got it.
  void note_delivered(std::uint64_t position) { delivered_ = std::max(delivered_, position); }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

 private:
  void append(std::string message);
  void wake() const;

  std::uint64_t number_;
  std::deque<std::string> events_;
  std::uint64_t first_ = 1;  ///< the position of the first that is kept
  std::size_t bytes_ = 0;
  std::uint64_t delivered_ = 0;
  std::function<void()> wake_;
  std::uint64_t reader_ = 0;
  bool over_ = false;
};

}  // namespace governor::gateway
