#pragma once

#include <cstddef>
#include <string_view>

namespace governor::ctl::records {

// JSON cut into its pieces without building a tree: numbers keep their digits, which the tree of
// Boost.JSON 1.81 rounds, and a text can be changed in one place without touching the rest.

struct Scan {
  bool complete = false;
  std::size_t end = 0;  ///< of a complete value: the place after it
};

std::size_t skip_space(std::string_view text, std::size_t from);

/// The value that begins at `from`. Brackets are counted and strings are respected; whether the inside of a
/// list or an object is well-formed is seen when it is cut up itself. A number or word that reaches the end
/// of `text` is incomplete.
Scan scan_value(std::string_view text, std::size_t from);

/// Calls `visit(element)` for every element of a list, `visit` being given the text of each. False when
/// `text` is not a well-formed list; what stands before the fault has been visited.
template <class Visit>
bool for_each_element(std::string_view text, Visit visit) {
  std::size_t at = skip_space(text, 0);
  if (at >= text.size() || text[at] != '[') return false;
  at = skip_space(text, at + 1);
  if (at < text.size() && text[at] == ']') return skip_space(text, at + 1) == text.size();
  while (at < text.size()) {
    const Scan scan = scan_value(text, at);
    if (!scan.complete) return false;
    visit(text.substr(at, scan.end - at));
    at = skip_space(text, scan.end);
    if (at < text.size() && text[at] == ']') return skip_space(text, at + 1) == text.size();
    if (at >= text.size() || text[at] != ',') return false;
    at = skip_space(text, at + 1);
  }
  return false;
}

/// Calls `visit(key, value)` for every member of an object, both as they stand in the text: the key with its
/// quotes. False as above.
template <class Visit>
bool for_each_member(std::string_view text, Visit visit) {
  std::size_t at = skip_space(text, 0);
  if (at >= text.size() || text[at] != '{') return false;
  at = skip_space(text, at + 1);
  if (at < text.size() && text[at] == '}') return skip_space(text, at + 1) == text.size();
  while (at < text.size() && text[at] == '"') {
    const Scan key = scan_value(text, at);
    if (!key.complete) return false;
    const std::size_t colon = skip_space(text, key.end);
    if (colon >= text.size() || text[colon] != ':') return false;
    const std::size_t begin = skip_space(text, colon + 1);
    const Scan value = scan_value(text, begin);
    if (!value.complete) return false;
    visit(text.substr(at, key.end - at), text.substr(begin, value.end - begin));
    at = skip_space(text, value.end);
    if (at < text.size() && text[at] == '}') return skip_space(text, at + 1) == text.size();
    if (at >= text.size() || text[at] != ',') return false;
    at = skip_space(text, at + 1);
  }
  return false;
}

}  // namespace governor::ctl::records
