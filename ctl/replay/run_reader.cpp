#include <fmt/format.h>

#include <algorithm>

#include "ctl/json_fields.hpp"
#include "ctl/replay/recorded_run.hpp"

namespace governor::ctl::replay {
namespace {

namespace json = boost::json;

json::object step_event(const json::object& step) {
  json::object event{{"event", "tool_used"}, {"tool", "Bash"}};
  const json::value* exit_code = step.if_contains("exit_code");
  const bool known = exit_code != nullptr && exit_code->is_int64();
  event["success"] = known && exit_code->get_int64() == 0;
  if (known) event["exit_code"] = exit_code->get_int64();
  for (const auto& [from, to] : {std::pair("command", "command"), std::pair("output_tail", "output")}) {
    const json::value* text = step.if_contains(from);
    if (text != nullptr && text->is_string()) event[to] = text->get_string();
  }
  event["prose_bytes"] = std::max<std::int64_t>(0, count_field(step, "text_bytes"));
  event["output_bytes"] = std::max<std::int64_t>(0, count_field(step, "output_bytes"));
  return event;
}

}  // namespace

std::optional<std::string_view> next_line(std::string_view& text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) return line;
  }
  return std::nullopt;
}

bool holds_runs(std::string_view text) {
  const auto line = next_line(text);
  if (!line) return false;
  boost::system::error_code failure;
  const json::value first = json::parse(*line, failure);
  return !failure && first.is_object() && first.get_object().contains("steps");
}

ipc::Result<RecordedRun> read_run(std::string_view line) {
  boost::system::error_code failure;
  const json::value value = json::parse(line, failure);
  const json::object* object = failure ? nullptr : value.if_object();
  if (object == nullptr || !object->contains("steps"))
    return ipc::Error{ipc::Errc::protocol_error, 0,
                      "this is no run: an object with `run` and `steps` was expected"};
  RecordedRun run;
  run.name = text_field(*object, "run");
  if (const json::value* failed = object->if_contains("failed"); failed != nullptr && failed->is_bool())
    run.failed = failed->get_bool();
  for (const json::value& step : array_field(*object, "steps")) {
    if (!step.is_object()) continue;
    json::array turn;
    turn.push_back(json::object{{"event", "turn_began"}});
    turn.push_back(step_event(step.get_object()));
    turn.push_back(json::object{{"event", "turn_ended"}});
    run.turns.push_back(std::move(turn));
  }
  if (run.turns.empty())
    return ipc::Error{ipc::Errc::protocol_error, 0, "this run has no steps: there is nothing to judge"};
  return run;
}

}  // namespace governor::ctl::replay
