#pragma once

#include <string>
#include <string_view>

namespace governor::ipc {

/// What can be said of a JSON-RPC message without parsing it. Its bytes are looked at as they come, in
/// bounded memory, and only the members of the outermost object count. So whoever has to refuse a line,
/// because it is no JSON or too long to be kept, can still answer the request that it was meant to be.
///
/// Where the text ceases to be an object of members, looking ends, and what was found before counts.
class MessageOutline {
 public:
  MessageOutline() = default;
  /// Of a whole message.
  explicit MessageOutline(std::string_view line) { feed(line); }

  void feed(std::string_view bytes);

  /// The id to answer with, as JSON text. Empty if there is none, if it is neither a text nor an integer, or
  /// if the message is the answer to a request and no request.
  [[nodiscard]] std::string_view request_id() const;
  /// Whether somebody may wait for an answer. Nobody does for blanks, a complete notification, and an answer.
  [[nodiscard]] bool expects_answer() const;

 private:
  enum class Place {
    before,  ///< of the object: blanks, a line number, a byte order mark
    key,     ///< a key or the end of the object
    colon,
    value,
    scalar,  ///< within a number or a word
    comma,   ///< or the end of the object
    after,   ///< the object is complete
    lost     ///< not what was expected
  };
  static constexpr std::size_t kMaxToken = 512;

  void put(char c);
  void put_in_string(char c);
  void put_at_top(char c);
  void begin_value(char c);
  void end_key();
  void end_value();
  void keep(char c);

  Place place_ = Place::before;
  std::size_t depth_ = 0;
  bool is_numbered_ = false;  // there is a number before the object, or nothing else
  bool in_string_ = false;
  bool escaped_ = false;
  bool keeping_ = false;  // the key or value at hand goes to token_
  bool is_id_ = false;    // of the value at hand
  std::string token_;
  std::string id_;
  bool has_id_ = false;
  bool has_method_ = false;
  bool has_outcome_ = false;  // "result" or "error"
};

}  // namespace governor::ipc
