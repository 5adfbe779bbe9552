#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/records/json_scan.hpp"
#include "ctl/records/json_value.hpp"
#include "ipc/json_text.hpp"

namespace governor::ctl::legacy {

/// Calls `visit(name, value)` for every member of an object; what is wrong with the text, if it is not a
/// whole object: by then the members before that place have been visited.
template <class Visit>
std::optional<std::string> for_each_field(std::string_view text, Visit visit) {
  text = ipc::without_byte_order_mark(text);
  std::string last;
  bool named = true;
  const bool whole = records::for_each_member(text, [&](std::string_view key, std::string_view value) {
    auto name = records::text_in(key);
    if (!name) named = false;
    if (!named) return;
    last = *std::move(name);
    visit(static_cast<const std::string&>(last), value);
  });
  if (whole && named) return std::nullopt;
  const std::size_t begin = records::skip_space(text, 0);
  if (begin >= text.size()) return "it is empty";
  if (text[begin] != '{') return "it is not a JSON object";
  return "its JSON is broken or ends early" + (last.empty() ? last : ", after " + records::shown(last));
}

}  // namespace governor::ctl::legacy
