#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace governor::daemon {

/// Appends `text` (valid UTF-8) as the inside of a JSON string.
void append_json_escaped(std::string& out, std::string_view text);

/// Writes JSON straight into a string. Building a tree first costs a third of the daemon's throughput. The
/// caller keeps the calls in order; commas are placed by the writer.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);  ///< must need no escapes

  JsonWriter& value(std::string_view text);  ///< bytes that are no UTF-8 stand as `\xff`
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  /// The fewest digits that read back the same, with an exponent only for the very large and the very small;
  /// null for what is not finite.
  JsonWriter& value(double number);
  JsonWriter& value(bool flag);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint32_t number) { return value(std::uint64_t{number}); }
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  ///< a complete JSON value

  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    key(name);
    return value(content);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace governor::daemon
