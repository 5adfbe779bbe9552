#include "daemon/tools/tasks/task_arguments.hpp"

#include <fmt/format.h>

namespace governor::daemon {
namespace {

template <class Values>
auto read_one_of(Arguments& arguments, std::string_view name, const Values& values)
    -> std::optional<typename Values::value_type> {
  const std::string_view chosen = arguments.choice(name);
  for (const auto value : values) {
    if (core::to_string(value) == chosen) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string read_task_id(Arguments& arguments) {
  auto id = arguments.text("task_id");
  if (!id) return {};
  if (auto error = core::validate_task_id("task_id", *id)) arguments.refuse(*std::move(error));
  return *std::move(id);
}

std::vector<std::string> read_task_ids(Arguments& arguments, std::string_view name) {
  auto ids = arguments.texts(name).value_or(std::vector<std::string>{});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (auto error = core::validate_task_id(fmt::format("{}[{}]", name, i), ids[i])) {
      arguments.refuse(*std::move(error));
    }
  }
  return ids;
}

std::optional<core::TaskStatus> read_task_status(Arguments& arguments) {
  return read_one_of(arguments, "status", core::kTaskStatuses);
}

std::optional<core::TaskPriority> read_task_priority(Arguments& arguments) {
  return read_one_of(arguments, "priority", core::kTaskPriorities);
}

}  // namespace governor::daemon
