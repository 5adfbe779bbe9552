#include "ctl/guard/settings_text.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "ctl/guard/json_splice.hpp"
#include "ipc/claude_hooks.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

using HookedEvent = ipc::ClaudeHookEvent;
/// What earlier versions of governor asked for.
constexpr std::string_view kOldMatcher = "Write|Edit|MultiEdit|NotebookEdit";
constexpr std::string_view kOurs = " guard claude-code";

ipc::Error refusal(const std::string& what) {
  return {ipc::Errc::protocol_error, 0, what};
}

json::object hook_object(const HookCommand& hook) {
  json::object object;
  object["type"] = "command";
  object["command"] = hook.command;
  object["timeout"] = hook.timeout_seconds;
  return object;
}

json::object group_object(const HookedEvent& event, const HookCommand& hook) {
  json::object group;
  if (!event.matcher.empty()) group["matcher"] = event.matcher;
  group["hooks"] = json::array{hook_object(hook)};
  return group;
}

bool is_our_hook(const json::value& hook) {
  const json::value* command = hook.is_object() ? hook.get_object().if_contains("command") : nullptr;
  return command && command->is_string() &&
         std::string_view(command->get_string()).find(kOurs) != std::string_view::npos;
}

json::value value_in(std::string_view text, JsonSpan span) {
  return json::parse(text.substr(span.begin, span.end - span.begin));
}

// The last one of this name, and how many there are.
std::pair<const JsonChild*, std::size_t> child_named(const std::vector<JsonChild>& children,
                                                     std::string_view name) {
  const JsonChild* found = nullptr;
  std::size_t count = 0;
  for (const JsonChild& child : children) {
    if (child.key != name) continue;
    found = &child;
    ++count;
  }
  return {found, count};
}

ipc::Result<void> check_event(std::string_view name, const json::value& groups) {
  if (!groups.is_array()) return refusal("hooks." + std::string(name) + " is no list");
  for (const json::value& group : groups.get_array()) {
    const json::value* hooks = group.is_object() ? group.get_object().if_contains("hooks") : nullptr;
    if (!hooks || !hooks->is_array())
      return refusal("hooks." + std::string(name) + " has an entry without a list of hooks");
  }
  return {};
}

// Everything below may rely on what is checked here.
ipc::Result<void> check(std::string_view text) {
  boost::system::error_code failure;
  const json::value parsed = json::parse(text, failure);
  if (failure) {
    return refusal("it is not JSON (" + failure.message() +
                   "); comments and commas at the end of a list are not allowed in it");
  }
  if (!parsed.is_object()) return refusal("it is no JSON object");
  const auto members = json_children(text, json_root(text));
  const auto [hooks, count] = child_named(members, "hooks");
  if (count > 1) return refusal("it has hooks more than once");
  if (!hooks) return {};
  const json::value value = value_in(text, hooks->value);
  if (!value.is_object()) return refusal("hooks is no object");
  const auto events = json_children(text, hooks->value);
  for (const auto& [name, matcher] : ipc::kClaudeHookEvents) {
    const auto [event, times] = child_named(events, name);
    if (times > 1) return refusal("hooks has " + std::string(name) + " more than once");
    if (!event) continue;
    if (auto checked = check_event(name, value_in(text, event->value)); !checked) return checked.error();
  }
  return {};
}

struct Place {
  JsonSpan hooks;   // the object of all events
  JsonSpan groups;  // the list of one event
  std::size_t group = 0;
  JsonSpan list;  // the hooks of that group
  std::size_t index = 0;
  JsonSpan hook;
};

std::vector<Place> our_places(std::string_view text, std::string_view event_name) {
  std::vector<Place> places;
  const auto members = json_children(text, json_root(text));
  const JsonChild* hooks = child_named(members, "hooks").first;
  if (!hooks) return places;
  const auto events = json_children(text, hooks->value);
  const JsonChild* event = child_named(events, event_name).first;
  if (!event) return places;
  const auto groups = json_children(text, event->value);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const auto parts = json_children(text, groups[group].value);
    const JsonChild* list = child_named(parts, "hooks").first;
    const auto entries = json_children(text, list->value);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!is_our_hook(value_in(text, entries[i].value))) continue;
      places.push_back({hooks->value, event->value, group, list->value, i, entries[i].value});
    }
  }
  return places;
}

// An event that has no hook of ours yet.
void add_event(std::string& text, const HookedEvent& added, const HookCommand& hook) {
  const std::string_view name = added.name;
  const JsonLayout layout = layout_of(text);
  const auto named = [](std::string_view key, const std::string& value) {
    return json::serialize(json::string(key)) + ": " + value;
  };
  const json::value group = group_object(added, hook);
  const auto members = json_children(text, json_root(text));
  const JsonChild* hooks = child_named(members, "hooks").first;
  if (!hooks) {
    const json::object all = {{name, json::array{group}}};
    append_child(text, json_root(text), named("hooks", laid_out(all, layout, 1)), layout, 1);
    return;
  }
  const auto events = json_children(text, hooks->value);
  if (const JsonChild* event = child_named(events, name).first) {
    append_child(text, event->value, laid_out(group, layout, 3), layout, 3);
  } else {
    append_child(text, hooks->value, named(name, laid_out(json::array{group}, layout, 2)), layout, 2);
  }
}

// In the text, so that what a person has added to the hook, and its layout, stay.
void set_member(std::string& text, JsonSpan object, std::string_view key, const json::value& value) {
  const auto members = json_children(text, object);
  const std::string written = json::serialize(value);
  if (const JsonChild* member = child_named(members, key).first) {
    text.replace(member->value.begin, member->value.end - member->value.begin, written);
  } else {
    text.insert(members.back().value.end, ", " + json::serialize(json::string(key)) + ": " + written);
  }
}

// A matcher that a person has chosen stays.
void renew_matcher(std::string& text, const Place& place, std::string_view matcher) {
  const JsonSpan group = json_children(text, place.groups)[place.group].value;
  const auto members = json_children(text, group);
  const JsonChild* known = child_named(members, "matcher").first;
  if (known && value_in(text, known->value) == json::value(kOldMatcher))
    set_member(text, group, "matcher", json::string(matcher));
}

std::size_t child_at(std::string_view text, JsonSpan container, JsonSpan value) {
  const auto children = json_children(text, container);
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const JsonChild& child) { return child.value.begin == value.begin; });
  return static_cast<std::size_t>(found - children.begin());
}

// Takes the hook out, and each list and object around it that holds nothing else: the largest of them.
void remove_place(std::string& text, const Place& place) {
  const auto only_child = [&](JsonSpan container) { return json_children(text, container).size() == 1; };
  if (!only_child(place.list)) return remove_child(text, place.list, place.index);
  if (!only_child(place.groups)) return remove_child(text, place.groups, place.group);
  if (!only_child(place.hooks))
    return remove_child(text, place.hooks, child_at(text, place.hooks, place.groups));
  const JsonSpan root = json_root(text);
  remove_child(text, root, child_at(text, root, place.hooks));
}

}  // namespace

ipc::Result<std::string> with_hooks(std::string_view text, const HookCommand& hook) {
  std::string changed(text.empty() ? "{}\n" : text);
  if (auto checked = check(changed); !checked) return checked.error();
  for (const HookedEvent& event : ipc::kClaudeHookEvents) {
    const std::size_t count = our_places(changed, event.name).size();
    if (count == 0) add_event(changed, event, hook);
    for (std::size_t i = 0; i < count; ++i) {
      // Each change moves what comes after it.
      const auto place = [&] { return our_places(changed, event.name)[i]; };
      set_member(changed, place().hook, "command", json::string(hook.command));
      set_member(changed, place().hook, "timeout", hook.timeout_seconds);
      renew_matcher(changed, place(), event.matcher);
    }
  }
  return changed;
}

ipc::Result<std::string> without_hooks(std::string_view text) {
  std::string changed(text);
  if (auto checked = check(changed); !checked) return checked.error();
  for (const auto& [name, matcher] : ipc::kClaudeHookEvents) {
    for (auto places = our_places(changed, name); !places.empty(); places = our_places(changed, name))
      remove_place(changed, places.front());
  }
  return changed;
}

ipc::Result<std::optional<HookCommand>> find_hook(std::string_view text) {
  if (auto checked = check(text); !checked) return checked.error();
  for (const auto& [name, matcher] : ipc::kClaudeHookEvents) {
    for (const Place& place : our_places(text, name)) {
      const json::value found = value_in(text, place.hook);
      const json::value* timeout = found.get_object().if_contains("timeout");
      HookCommand hook{std::string(found.at("command").get_string()), 0};
      if (timeout && timeout->is_int64()) hook.timeout_seconds = static_cast<int>(timeout->get_int64());
      return std::optional(std::move(hook));
    }
  }
  return std::optional<HookCommand>();
}

}  // namespace governor::ctl
