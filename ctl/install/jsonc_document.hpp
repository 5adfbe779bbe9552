#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ctl/install/text_fault.hpp"

namespace governor::ctl {

struct JsoncMember;

/// A value of a JSON document and where it stands.
struct JsoncValue {
  enum class Kind { object, array, string, number, word };
  Kind kind = Kind::word;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<JsoncMember> members;  ///< of an object or an array, in their order

  /// The member of this name; null: none, or this is no object.
  [[nodiscard]] const JsoncMember* find(std::string_view key) const;
};

struct JsoncMember {
  std::string key;        ///< without quotes and escapes; empty in an array
  std::size_t begin = 0;  ///< of the key; in an array of the value
  std::size_t before =
      0;  ///< where the last thing before it ends that is no space: a bracket, comma or comment
  JsoncValue value;
  std::size_t comma = std::string::npos;  ///< the comma after it; npos: none
};

/// Reads JSON in which comments and a comma before a closing bracket are allowed, as editors write it, after
/// a byte order mark if there is one. Nothing of the text is lost: the places are all that is kept of it.
std::variant<JsoncValue, TextFault> read_jsonc(std::string_view text);

/// Where the last thing in a container ends that is no space: its opening bracket, a value, comma or comment.
std::size_t content_end(std::string_view text, const JsoncValue& container);

/// The document as it is without comments and superfluous commas, for parsers that know none.
std::string plain_json_text(std::string_view text, const JsoncValue& value);

}  // namespace governor::ctl
