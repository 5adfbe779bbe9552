#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace governor::ctl {

// Changes to the text of a JSON document that leave the rest of the text as it is.

/// A part of a text that is a list or an object.
struct JsonSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What stands in a list or an object; a key only in the latter.
struct JsonChild {
  std::string key;
  std::size_t begin = 0;  ///< of the key, where there is one
  JsonSpan value;
};

/// The children of a well-formed list or object.
std::vector<JsonChild> json_children(std::string_view text, JsonSpan container);

/// The whole document's span. The text must be well-formed.
JsonSpan json_root(std::string_view text);

/// How a document is laid out, as far as one can tell.
struct JsonLayout {
  std::string indentation = "  ";
  std::string newline = "\n";
};
JsonLayout layout_of(std::string_view text);

/// A value over several lines, the first one not indented.
std::string laid_out(const boost::json::value& value, const JsonLayout& layout, std::size_t depth);

/// Puts `item` (with its key, in an object) behind the last child of a container whose children are at this
/// depth.
void append_child(std::string& text, JsonSpan container, std::string_view item, const JsonLayout& layout,
                  std::size_t depth);

/// Takes a child out, and the comma that it needs no more.
void remove_child(std::string& text, JsonSpan container, std::size_t index);

}  // namespace governor::ctl
