#include <algorithm>
#include <utility>

#include "ctl/guard/json_splice.hpp"
#include "ctl/install/entry_text.hpp"
#include "ctl/install/jsonc_document.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

bool is_blank_text(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// The program in an entry: `command`, which opencode makes a list.
const JsoncValue* command_of(const JsoncValue& entry) {
  const JsoncMember* command = entry.find("command");
  if (command == nullptr) return nullptr;
  const JsoncValue* value = &command->value;
  if (value->kind == JsoncValue::Kind::array && !value->members.empty()) value = &value->members[0].value;
  return value->kind == JsoncValue::Kind::string ? value : nullptr;
}

std::string text_in_value(std::string_view text, const JsoncValue& value) {
  return std::string(json::parse(text.substr(value.begin, value.end - value.begin)).get_string());
}

/// How far a document goes along a path.
struct Reached {
  JsoncValue root;
  std::vector<const JsoncMember*> members;  ///< along the path, as far as they are there
};

ipc::Result<Reached> reach(std::string_view text, const std::vector<std::string>& path) {
  auto read = read_jsonc(text);
  if (const auto* fault = std::get_if<TextFault>(&read)) return refusal_at(text, *fault);
  Reached reached{std::get<JsoncValue>(std::move(read)), {}};
  const JsoncValue* value = &reached.root;
  for (const std::string& name : path) {
    if (value->kind != JsoncValue::Kind::object)
      return refusal_at(text, {value->begin, "an object is expected here"});
    const auto is_named = [&](const JsoncMember& member) { return member.key == name; };
    const auto first = std::find_if(value->members.begin(), value->members.end(), is_named);
    if (first == value->members.end()) break;
    const auto second = std::find_if(first + 1, value->members.end(), is_named);
    if (second != value->members.end())
      return refusal_at(text, {second->begin, "\"" + name + "\" stands here a second time"});
    reached.members.push_back(&*first);
    value = &first->value;
  }
  return reached;
}

std::string indented(const JsonLayout& layout, std::size_t depth) {
  std::string start = layout.newline;
  for (std::size_t i = 0; i < depth; ++i) start += layout.indentation;
  return start;
}

/// Puts `item` behind everything in an object whose members are at this depth.
void append_item(std::string& text, const JsoncValue& object, const std::string& item,
                 const JsonLayout& layout, std::size_t depth) {
  const std::size_t end = content_end(text, object);
  const bool on_one_line = text.find('\n', end) >= object.end - 1;
  std::string inserted = indented(layout, depth) + item;
  const JsoncMember* last = object.members.empty() ? nullptr : &object.members.back();
  if (last != nullptr && last->comma != std::string::npos) inserted += ',';
  if (on_one_line) inserted += indented(layout, depth - 1);
  text.insert(end, inserted);
  if (last != nullptr && last->comma == std::string::npos) text.insert(last->value.end, ",");
}

}  // namespace

ipc::Result<std::optional<FoundEntry>> find_json_entry(std::string_view text,
                                                       const std::vector<std::string>& path) {
  if (is_blank_text(text)) return std::optional<FoundEntry>();
  const auto reached = reach(text, path);
  if (!reached) return reached.error();
  if (reached->members.size() < path.size()) return std::optional<FoundEntry>();
  const JsoncValue& value = reached->members.back()->value;
  FoundEntry found{std::string(text.substr(value.begin, value.end - value.begin)), {}};
  if (const JsoncValue* command = command_of(value)) found.command = text_in_value(text, *command);
  return std::optional(std::move(found));
}

ipc::Result<std::string> with_json_entry(std::string_view text, const JsonEntry& entry, bool whole) {
  const JsonLayout layout = layout_of(text);
  const auto nested = [&](std::size_t from) {
    json::value value = entry.value;
    for (std::size_t i = entry.path.size() - 1; i > from; --i) value = json::object{{entry.path[i], value}};
    return value;
  };
  if (is_blank_text(text)) {
    const json::object document{{entry.path[0], nested(0)}};
    return std::string(text.starts_with("\xEF\xBB\xBF") ? text.substr(0, 3) : "") +
           laid_out(document, layout, 0) + layout.newline;
  }
  const auto reached = reach(text, entry.path);
  if (!reached) return reached.error();
  std::string changed(text);
  const std::size_t depth = reached->members.size();
  if (depth == entry.path.size()) {
    const JsoncValue& there = reached->members.back()->value;
    const JsoncValue* command = whole ? nullptr : command_of(there);
    const json::value* wanted = entry.value.get_object().if_contains("command");
    if (command != nullptr && wanted != nullptr) {
      const json::value& program = wanted->is_array() ? wanted->get_array().at(0) : *wanted;
      changed.replace(command->begin, command->end - command->begin, json::serialize(program));
    } else {
      changed.replace(there.begin, there.end - there.begin, laid_out(entry.value, layout, depth));
    }
    return changed;
  }
  const JsoncValue& object = depth == 0 ? reached->root : reached->members.back()->value;
  if (object.kind != JsoncValue::Kind::object)
    return refusal_at(text, {object.begin, "an object is expected here"});
  const std::string item =
      json::serialize(json::string(entry.path[depth])) + ": " + laid_out(nested(depth), layout, depth + 1);
  append_item(changed, object, item, layout, depth + 1);
  return changed;
}

ipc::Result<std::string> without_json_entry(std::string_view text, const std::vector<std::string>& path) {
  if (is_blank_text(text)) return std::string(text);
  const auto reached = reach(text, path);
  if (!reached) return reached.error();
  if (reached->members.size() < path.size()) return std::string(text);
  const JsoncMember& member = *reached->members.back();
  const JsoncValue& object = path.size() == 1 ? reached->root : reached->members[path.size() - 2]->value;
  const auto index = static_cast<std::size_t>(&member - object.members.data());
  std::string changed(text);
  const bool has_comma = member.comma != std::string::npos;
  const std::size_t end = has_comma ? member.comma + 1 : member.value.end;
  changed.erase(member.before, end - member.before);
  // What is last now needs no comma, unless the last one always had one.
  if (!has_comma && index > 0) changed.erase(object.members[index - 1].comma, 1);
  return changed;
}

}  // namespace governor::ctl
