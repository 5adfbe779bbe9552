#include "ctl/import/registry_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "ctl/import/json_object.hpp"
#include "ipc/json_text.hpp"
#include "text/cut_text.hpp"

namespace governor::ctl::legacy {
namespace {

namespace json = boost::json;

/// Fields of an agent that have a place here, or say nothing that is not said elsewhere.
constexpr std::array<std::string_view, 15> kAgentFields{
    "id",           "agent_id",   "task_id",     "type",         "agent_type",
    "parent",       "status",     "prompt",      "depth",        "progress",
    "tmux_session", "started_at", "last_update", "completed_at", "completion_validation"};

std::string text_of(const json::object& object, std::string_view name, std::string_view other = {}) {
  const json::value* value = object.if_contains(name);
  if (value != nullptr && value->is_string()) return std::string(value->get_string());
  return other.empty() ? std::string() : text_of(object, other);
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  json::error_code failure;
  const auto number = value->to_number<std::int64_t>(failure);
  return failure ? std::nullopt : std::optional(number);
}

/// Reads the agents of one file.
class RegistryReader {
 public:
  RegistryReader(const std::string& file, TimeReader& times, Notes& notes)
      : file_(file), times_(times), notes_(notes) {}

  RegistryEntry read(const json::object& object, const std::string& id) {
    notes_.set_agent(id);
    RegistryEntry entry;
    entry.file = file_;
    entry.task_id = text_of(object, "task_id");
    entry.type = text_of(object, "type", "agent_type");
    entry.parent = text_of(object, "parent");
    entry.status = text_of(object, "status");
    entry.prompt = text_of(object, "prompt");
    entry.terminal = text_of(object, "tmux_session");
    entry.depth = bounded(object, "depth", 1, 1000);
    entry.progress = bounded(object, "progress", 0, 100);
    entry.started_us = time(object, "started_at");
    entry.updated_us = time(object, "last_update");
    entry.ended_us = time(object, "completed_at");
    if (const json::value* validation = object.if_contains("completion_validation");
        validation != nullptr && validation->is_object()) {
      entry.validation = json::serialize(*validation);
    }
    for (const auto& member : object) {
      const std::string_view name = member.key();
      if (std::find(kAgentFields.begin(), kAgentFields.end(), name) != kAgentFields.end()) continue;
      if (name.find("token") != std::string_view::npos || name.find("key") != std::string_view::npos) {
        notes_.note("secret", std::string(name), "is not imported and not shown");
      } else {
        notes_.note("not_kept", std::string(name), "has no place here");
      }
    }
    notes_.set_agent("");
    return entry;
  }

  std::optional<std::int64_t> time(const json::object& object, const char* name) {
    const std::string text = text_of(object, name);
    if (text.empty()) return std::nullopt;
    auto read = times_.read(text);
    if (!read) {
      notes_.damaged("bad_time", name,
                     fmt::format("\"{}\" is not {}", text::cut_text(text, 40), kAcceptedTimes));
    }
    return read;
  }

 private:
  std::optional<int> bounded(const json::object& object, const char* name, int least, int most) {
    const auto number = number_of(object, name);
    if (!number) return std::nullopt;
    if (*number >= least && *number <= most) return static_cast<int>(*number);
    notes_.damaged("bad_value", name, fmt::format("{} is not from {} to {}", *number, least, most));
    return std::nullopt;
  }

  const std::string& file_;
  TimeReader& times_;
  Notes& notes_;
};

void read_agents(const json::value& agents, RegistryReader& reader, Registry& registry, Notes& notes) {
  const auto add = [&](std::string id, const json::value& value) {
    if (!value.is_object() || id.empty()) {
      notes.damaged("bad_entry", "agents", "something in it is no agent with an id");
      return;
    }
    const bool twice = std::any_of(registry.agents.begin(), registry.agents.end(),
                                   [&](const auto& known) { return known.first == id; });
    if (twice) {
      notes.contradiction("duplicate", "agents",
                          fmt::format("\"{}\" stands in the file twice; the first entry counts", id));
      return;
    }
    auto entry = reader.read(value.get_object(), id);
    registry.agents.emplace_back(std::move(id), std::move(entry));
  };
  if (const json::object* map = agents.if_object()) {
    for (const auto& member : *map) add(std::string(member.key()), member.value());
  } else if (const json::array* list = agents.if_array()) {
    for (const json::value& value : *list) {
      add(value.is_object() ? text_of(value.get_object(), "id", "agent_id") : std::string(), value);
    }
  } else {
    notes.damaged("bad_value", "agents", "is neither a map nor a list of agents");
  }
}

void read_tasks(const json::object& object, const std::string& file, RegistryReader& reader,
                Registry& registry) {
  const auto add = [&](std::string id, const json::object& task) {
    registry.tasks.push_back({file, std::move(id), text_of(task, "task_description", "description"),
                              text_of(task, "status"), text_of(task, "priority"), text_of(task, "workspace"),
                              reader.time(task, "created_at")});
  };
  if (std::string id = text_of(object, "task_id"); !id.empty()) return add(std::move(id), object);
  const json::value* tasks = object.if_contains("tasks");
  const json::object* map = tasks == nullptr ? nullptr : tasks->if_object();
  if (map == nullptr) return;
  for (const auto& member : *map) {
    if (member.value().is_object()) add(std::string(member.key()), member.value().get_object());
  }
}

/// What the file counts against what is in it.
void compare_counters(const json::object& object, const Registry& registry, Notes& notes) {
  const auto count = [&](auto matches) {
    return std::count_if(registry.agents.begin(), registry.agents.end(),
                         [&](const auto& agent) { return matches(agent.second.status); });
  };
  const auto total = static_cast<std::int64_t>(registry.agents.size());
  const std::int64_t running = count([](const std::string& status) { return is_said_to_run(status); });
  const std::int64_t completed = count([](const std::string& status) { return status == "completed"; });
  const std::int64_t open_tasks =
      std::count_if(registry.tasks.begin(), registry.tasks.end(),
                    [](const RegistryTask& task) { return task.status != "COMPLETED"; });
  const std::array<std::pair<const char*, std::int64_t>, 7> counters{{
      {"total_agents_spawned", total},
      {"total_spawned", total},
      {"active_agents", running},
      {"active_count", running},
      {"completed_count", completed},
      {"total_tasks", static_cast<std::int64_t>(registry.tasks.size())},
      {"active_tasks", open_tasks},
  }};
  for (const auto& [name, counted] : counters) {
    const auto said = number_of(object, name);
    if (!said || *said == counted) continue;
    notes.contradiction(
        "count_mismatch", name,
        fmt::format("the file says {}, its entries give {}; governor counts entries", *said, counted));
  }
}

/// The same lineage told twice.
void compare_hierarchy(const json::object& object, const Registry& registry, Notes& notes) {
  const json::value* hierarchy = object.if_contains("agent_hierarchy");
  if (hierarchy == nullptr || !hierarchy->is_object()) return;
  for (const auto& member : hierarchy->get_object()) {
    if (!member.value().is_array()) continue;
    for (const json::value& child : member.value().get_array()) {
      if (!child.is_string()) continue;
      const std::string id(child.get_string());
      const auto found = std::find_if(registry.agents.begin(), registry.agents.end(),
                                      [&](const auto& agent) { return agent.first == id; });
      if (found == registry.agents.end()) {
        notes.contradiction(
            "unknown_child", "agent_hierarchy",
            fmt::format("\"{}\" is named below \"{}\" and has no entry", id, std::string_view(member.key())));
      } else if (found->second.parent != std::string_view(member.key())) {
        notes.contradiction("parent_mismatch", "agent_hierarchy",
                            fmt::format("\"{}\" stands below \"{}\", its entry says \"{}\"; the entry counts",
                                        id, std::string_view(member.key()), found->second.parent));
      }
    }
  }
}

}  // namespace

bool is_said_to_run(std::string_view status) {
  constexpr std::array<std::string_view, 8> kRunning{"working", "running", "blocked", "pending",
                                                     "started", "active",  "idle",    "initialized"};
  return std::find(kRunning.begin(), kRunning.end(), status) != kRunning.end();
}

std::optional<Registry> read_registry(std::string_view text, const std::string& file, TimeReader& times,
                                      Notes& notes) {
  json::error_code failure;
  const json::value value = json::parse(ipc::without_byte_order_mark(text), failure);
  if (failure || !value.is_object()) {
    notes.refused("damaged_file",
                  "the file is damaged: it is not a whole JSON object; nothing of it is used");
    return std::nullopt;
  }
  const json::object& object = value.get_object();
  Registry registry;
  RegistryReader reader(file, times, notes);
  read_tasks(object, file, reader, registry);
  if (const json::value* agents = object.if_contains("agents")) {
    read_agents(*agents, reader, registry, notes);
  }
  const std::string task = text_of(object, "task_id");
  for (auto& [id, entry] : registry.agents) {
    if (entry.task_id.empty()) entry.task_id = task;
  }
  compare_counters(object, registry, notes);
  compare_hierarchy(object, registry, notes);
  return registry;
}

}  // namespace governor::ctl::legacy
