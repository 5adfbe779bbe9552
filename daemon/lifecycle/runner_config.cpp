#include "daemon/lifecycle/runner_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "core/deployment.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxRunners = 100;
constexpr std::size_t kMaxRunnerWords = 200;
constexpr std::int64_t kLongestTime = 30 * 24 * 3600;
constexpr std::int64_t kMostMegabytes = 1'000'000;
constexpr std::int64_t kMostOutputMegabytes = 1024;
constexpr std::int64_t kLongestSilence = 24 * 60;
constexpr std::int64_t kMostEnded = 100'000;

constexpr std::pair<std::string_view, core::WaitingFor> kWaitNames[] = {
    {"permission", core::WaitingFor::permission},
    {"trust", core::WaitingFor::trust},
    {"quota", core::WaitingFor::quota},
    {"input", core::WaitingFor::input}};

using Wrong = std::optional<std::string>;

Wrong read_word(const json::value& value, std::string_view name, std::string& target) {
  if (!value.is_string() || value.get_string().find('\0') != json::string::npos)
    return fmt::format("{} must be a text, not {}", name, json::serialize(value));
  target = std::string(value.get_string());
  return std::nullopt;
}

Wrong read_list(const json::value& value, std::string_view name, std::vector<std::string>& target) {
  const json::array* list = value.if_array();
  if (list == nullptr || list->size() > kMaxRunnerWords)
    return fmt::format("{} must be a list of at most {} texts", name, kMaxRunnerWords);
  std::vector<std::string> words(list->size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (auto wrong = read_word((*list)[i], name, words[i])) return wrong;
  }
  target = std::move(words);
  return std::nullopt;
}

template <class Number>
Wrong read_count(const json::value& value, std::string_view name, std::int64_t highest, Number& target) {
  const std::int64_t* number = value.if_int64();
  if (number == nullptr || *number < 0 || *number > highest)
    return fmt::format("{} must be a whole number from 0 to {}, not {}", name, highest,
                       json::serialize(value));
  target = static_cast<Number>(*number);
  return std::nullopt;
}

Wrong read_switch(const json::value& value, std::string_view name, bool& target) {
  if (!value.is_bool()) return fmt::format("{} must be true or false, not {}", name, json::serialize(value));
  target = value.get_bool();
  return std::nullopt;
}

Wrong read_input_kind(const json::value& value, ProgramInput& target) {
  if (value == json::value("closed"))
    target = ProgramInput::nothing;
  else if (value == json::value("prompt"))
    target = ProgramInput::prompt;
  else if (value == json::value("terminal"))
    target = ProgramInput::terminal;
  else
    return fmt::format("input must be one of closed, prompt, terminal, not {}", json::serialize(value));
  return std::nullopt;
}

Wrong read_output_kind(const json::value& value, bool& stream_json) {
  if (value != json::value("text") && value != json::value("stream-json"))
    return fmt::format("output must be text or stream-json, not {}", json::serialize(value));
  stream_json = value == json::value("stream-json");
  return std::nullopt;
}

Wrong read_environment(const json::value& value, std::vector<std::pair<std::string, std::string>>& target) {
  const json::object* members = value.if_object();
  if (members == nullptr) return std::string("set must be an object of names and texts");
  std::vector<std::pair<std::string, std::string>> variables;
  for (const auto& member : *members) {
    std::string text;
    if (auto wrong = read_word(member.value(), "set", text)) return wrong;
    variables.emplace_back(std::string(member.key()), std::move(text));
  }
  target = std::move(variables);
  return std::nullopt;
}

/// An object of lists, by what is waited for. They come to those that are there.
Wrong read_signs(const json::value& value, std::vector<WaitSign>& target) {
  const json::object* members = value.if_object();
  if (members == nullptr) return std::string("waits must be an object of lists");
  for (const auto& member : *members) {
    WaitSign sign;
    for (const auto& [name, waiting_for] : kWaitNames) {
      if (member.key() == name) sign.waiting_for = waiting_for;
    }
    if (sign.waiting_for == core::WaitingFor::nothing)
      return fmt::format("waits: {} is none of permission, trust, quota, input",
                         std::string_view(member.key()));
    std::vector<std::string> texts;
    if (auto wrong = read_list(member.value(), "waits", texts)) return wrong;
    for (std::string& text : texts) {
      if (text.empty()) return std::string("waits: a text must not be empty");
      sign.text = std::move(text);
      target.push_back(sign);
    }
  }
  return std::nullopt;
}

Wrong set_runner_member(std::string_view name, const json::value& value, Runner& runner) {
  if (name == "command") return read_list(value, name, runner.arguments);
  if (name == "resume") return read_list(value, name, runner.resume);
  if (name == "setup") return read_list(value, name, runner.setup);
  if (name == "pass") return read_list(value, name, runner.pass);
  if (name == "set") return read_environment(value, runner.environment);
  if (name == "input") return read_input_kind(value, runner.input);
  if (name == "output") return read_output_kind(value, runner.stream_json);
  if (name == "ends_after_result") return read_switch(value, name, runner.ends_after_result);
  if (name == "timeout_seconds") return read_count(value, name, kLongestTime, runner.timeout_seconds);
  if (name == "memory_mb") return read_count(value, name, kMostMegabytes, runner.memory_mb);
  if (name == "output_mb") return read_count(value, name, kMostOutputMegabytes, runner.output_mb);
  if (name == "waits") return read_signs(value, runner.waits);
  return fmt::format(
      "{} is none of command, ends_after_result, input, memory_mb, output, output_mb, pass, resume, set, "
      "setup, "
      "timeout_seconds, waits",
      name);
}

/// One that is there is changed in what is given; a new one is as `generic`.
Wrong read_runners(const json::value& value, std::vector<Runner>& target) {
  const json::object* members = value.if_object();
  if (members == nullptr || members->size() > kMaxRunners)
    return fmt::format("runners must be an object of at most {} runners", kMaxRunners);
  std::vector<Runner> runners = target;
  for (const auto& member : *members) {
    const std::string name(member.key());
    const json::object* given = member.value().if_object();
    if (given == nullptr || name.empty() || name.size() > core::kMaxAgentTypeBytes)
      return fmt::format("runners: \"{}\" must be a name of at most {} bytes with an object", name,
                         core::kMaxAgentTypeBytes);
    auto known =
        std::find_if(runners.begin(), runners.end(), [&](const Runner& one) { return one.name == name; });
    Runner changed = known != runners.end() ? *known : built_in_runners().back();
    changed.name = name;
    for (const auto& part : *given) {
      if (auto wrong = set_runner_member(part.key(), part.value(), changed))
        return fmt::format("runners.{}: {}", name, *wrong);
    }
    if (known != runners.end())
      *known = std::move(changed);
    else
      runners.push_back(std::move(changed));
  }
  target = std::move(runners);
  return std::nullopt;
}

Wrong read_absolute(const json::value& value, std::string_view name, std::string& target) {
  if (auto wrong = read_word(value, name, target)) return wrong;
  if (!target.empty() && !target.starts_with('/')) return fmt::format("{} must be an absolute path", name);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> set_launching(std::string_view name, const json::value& value,
                                         DeploymentSettings& settings, bool& is_known) {
  is_known = true;
  if (name == "runners") return read_runners(value, settings.runners);
  if (name == "tmux") return read_word(value, name, settings.tmux);
  if (name == "worktree_directory") return read_absolute(value, name, settings.worktree_directory);
  if (name == "keep_ended") return read_count(value, name, kMostEnded, settings.keep_ended);
  if (name == "stuck_minutes") {
    std::int64_t minutes = settings.stuck_after.count();
    auto wrong = read_count(value, name, kLongestSilence, minutes);
    settings.stuck_after = std::chrono::minutes(minutes);
    return wrong;
  }
  is_known = false;
  return std::nullopt;
}

}  // namespace governor::daemon
