#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ctl/install/text_fault.hpp"

namespace governor::ctl {

/// A statement of a TOML document and where it stands: the header of a table, or a key with its value.
struct TomlStatement {
  enum class Kind { table, array_of_tables, assignment };
  Kind kind = Kind::assignment;
  std::vector<std::string> key;  ///< its parts, without quotes
  std::size_t begin = 0;
  std::size_t end = 0;          ///< after its last character, without a comment
  std::size_t value_begin = 0;  ///< of an assignment
  bool is_string = false;       ///< the value is a text
};

/// Cuts a document into its statements, which may go over several lines. Values are looked at as far as
/// needed to know where they end.
std::variant<std::vector<TomlStatement>, TextFault> read_toml(std::string_view text);

/// The text that a basic or literal string means; strings of several lines come without their quotes.
std::string toml_text(std::string_view value);
/// As a basic string.
std::string toml_string(std::string_view text);

}  // namespace governor::ctl
