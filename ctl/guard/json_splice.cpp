#include "ctl/guard/json_splice.hpp"

#include "ctl/records/json_scan.hpp"

namespace governor::ctl {

namespace json = boost::json;

std::vector<JsonChild> json_children(std::string_view text, JsonSpan container) {
  std::vector<JsonChild> children;
  const std::string_view inside = text.substr(container.begin, container.end - container.begin);
  const auto place = [&](std::string_view part) {
    return static_cast<std::size_t>(part.data() - text.data());
  };
  const auto span = [&](std::string_view part) { return JsonSpan{place(part), place(part) + part.size()}; };
  if (inside.starts_with('{')) {
    records::for_each_member(inside, [&](std::string_view key, std::string_view value) {
      const json::value parsed = json::parse(key);
      children.push_back({std::string(parsed.get_string()), place(key), span(value)});
    });
  } else {
    records::for_each_element(inside, [&](std::string_view value) {
      children.push_back({"", place(value), span(value)});
    });
  }
  return children;
}

JsonSpan json_root(std::string_view text) {
  const std::size_t begin = records::skip_space(text, 0);
  return {begin, records::scan_value(text, begin).end};
}

JsonLayout layout_of(std::string_view text) {
  JsonLayout layout;
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return layout;
  if (line_end > 0 && text[line_end - 1] == '\r') layout.newline = "\r\n";
  for (std::size_t at = line_end; at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::size_t word = text.find_first_not_of(" \t", at + 1);
    if (word == std::string_view::npos || word == at + 1 || text[word] != '"') continue;
    layout.indentation = text.substr(at + 1, word - at - 1);
    break;
  }
  return layout;
}

namespace {

std::string line_start(const JsonLayout& layout, std::size_t depth) {
  std::string start = layout.newline;
  for (std::size_t i = 0; i < depth; ++i) start += layout.indentation;
  return start;
}

}  // namespace

std::string laid_out(const json::value& value, const JsonLayout& layout, std::size_t depth) {
  std::string text;
  if (value.is_object() && !value.get_object().empty()) {
    for (const auto& [key, member] : value.get_object()) {
      text += (text.empty() ? "{" : ",") + line_start(layout, depth + 1) +
              json::serialize(json::string(key)) + ": " + laid_out(member, layout, depth + 1);
    }
    return text + line_start(layout, depth) + "}";
  }
  if (value.is_array() && !value.get_array().empty()) {
    for (const json::value& element : value.get_array()) {
      text +=
          (text.empty() ? "[" : ",") + line_start(layout, depth + 1) + laid_out(element, layout, depth + 1);
    }
    return text + line_start(layout, depth) + "]";
  }
  return json::serialize(value);
}

void append_child(std::string& text, JsonSpan container, std::string_view item, const JsonLayout& layout,
                  std::size_t depth) {
  const auto children = json_children(text, container);
  if (!children.empty()) {
    text.insert(children.back().value.end, "," + line_start(layout, depth) + std::string(item));
    return;
  }
  const std::string inside = line_start(layout, depth) + std::string(item) + line_start(layout, depth - 1);
  text.replace(container.begin + 1, container.end - container.begin - 2, inside);
}

void remove_child(std::string& text, JsonSpan container, std::size_t index) {
  const auto children = json_children(text, container);
  if (children.size() == 1) {
    text.erase(container.begin + 1, container.end - container.begin - 2);
  } else if (index == 0) {
    text.erase(children[0].begin, children[1].begin - children[0].begin);
  } else {
    const std::size_t from = children[index - 1].value.end;
    text.erase(from, children[index].value.end - from);
  }
}

}  // namespace governor::ctl
