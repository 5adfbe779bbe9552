#include "core/task.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "text/cut_text.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kShownBytes = 80;

bool is_task_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._-:/").find(c) != std::string_view::npos;
}

std::string quoted(std::string_view text) {
  if (text.size() <= kShownBytes) return fmt::format("\"{}\"", text);
  return fmt::format("\"{}...\" ({} bytes)", text::cut_text(text, kShownBytes), text.size());
}

/// Of two long texts what matters is where they part.
std::string text_difference(std::string_view there, std::string_view given) {
  if (there.size() <= kShownBytes && given.size() <= kShownBytes) {
    return fmt::format("description is {}, given {}", quoted(there), quoted(given));
  }
  const auto parting = std::mismatch(there.begin(), there.end(), given.begin(), given.end()).first;
  const auto shared = static_cast<std::size_t>(parting - there.begin());
  const std::size_t line = 1 + static_cast<std::size_t>(std::count(there.begin(), parting, '\n'));
  const std::size_t newline = shared == 0 ? std::string_view::npos : there.rfind('\n', shared - 1);
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  const auto shown = [&](std::string_view text) {
    text.remove_prefix(start);
    text = text.substr(0, text.find('\n'));
    return quoted(text);
  };
  return fmt::format("description has {} bytes, given {}; they part in line {}, which is {}, given {}",
                     there.size(), given.size(), line, shown(there), shown(given));
}

std::string listed(const std::vector<std::string>& ids) {
  return ids.size() > 8
             ? fmt::format("[{}, ... ({} ids)]", fmt::join(ids.begin(), ids.begin() + 8, ", "), ids.size())
             : fmt::format("[{}]", fmt::join(ids, ", "));
}

}  // namespace

std::string_view to_string(TaskStatus status) {
  switch (status) {
    case TaskStatus::pending: return "pending";
    case TaskStatus::in_progress: return "in_progress";
    case TaskStatus::blocked: return "blocked";
    case TaskStatus::done: return "done";
    case TaskStatus::failed: return "failed";
    case TaskStatus::cancelled: return "cancelled";
  }
  return "pending";
}

std::string_view to_string(TaskPriority priority) {
  switch (priority) {
    case TaskPriority::low: return "LOW";
    case TaskPriority::medium: return "MEDIUM";
    case TaskPriority::high: return "HIGH";
    case TaskPriority::critical: return "CRITICAL";
  }
  return "MEDIUM";
}

std::optional<Error> validate_task_id(std::string_view field, std::string_view id) {
  if (!id.empty() && id.size() <= kMaxTaskIdBytes &&
      std::all_of(id.begin(), id.end(), is_task_id_character)) {
    return std::nullopt;
  }
  return invalid_argument(std::string(field), quoted(id), "1 to 128 characters of A-Z a-z 0-9 . _ - : /");
}

std::string difference(const TaskDefinition& there, const TaskDefinition& given) {
  std::vector<std::string> parts;
  if (there.title != given.title) {
    parts.push_back(fmt::format("title is {}, given {}", quoted(there.title), quoted(given.title)));
  }
  if (there.description != given.description) {
    parts.push_back(text_difference(there.description, given.description));
  }
  if (there.agent != given.agent) {
    parts.push_back(fmt::format("agent is {}, given {}", quoted(there.agent), quoted(given.agent)));
  }
  if (there.priority != given.priority) {
    parts.push_back(
        fmt::format("priority is {}, given {}", to_string(there.priority), to_string(given.priority)));
  }
  if (there.depends_on != given.depends_on) {
    parts.push_back(
        fmt::format("depends_on is {}, given {}", listed(there.depends_on), listed(given.depends_on)));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace governor::core
