#include "ctl/guard/command_hook.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/guard/hook_answer.hpp"
#include "ctl/guard/hook_request.hpp"
#include "ctl/json_fields.hpp"
#include "text/path_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostWords = 256;
constexpr std::size_t kMostNamedFiles = 32;
constexpr std::int64_t kLongestCommandMs = 3'600'000;
constexpr std::string_view kBetweenWords = " \t\n\r;&|<>()'\"`=,";

bool is_file(const std::string& directory, const std::string& name) {
  const std::string path = name.starts_with('/') ? name : directory + '/' + name;
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// As a shell takes it, if it begins at the home directory.
std::string expanded(std::string word, std::string_view home) {
  for (const std::string_view start : {"~/", "$HOME/", "${HOME}/"}) {
    if (!home.empty() && word.starts_with(start)) return std::string(home) + '/' + word.substr(start.size());
  }
  return word;
}

json::array named_files(const Context& context, const HookCall& call) {
  const std::string_view home = context.environment.lookup("HOME").value_or("");
  json::array named;
  for (std::string& word : words_of_command(call.command, kMostWords)) {
    const std::string name = expanded(std::move(word), home);
    if (named.size() < kMostNamedFiles && is_file(call.cwd, name)) named.emplace_back(text::path_text(name));
  }
  return named;
}

json::object command_params(const Context& context, const HookCall& call) {
  json::object params = hook_origin(call);
  params["project"] = text::path_text(project_directory(context, call));
  params["named"] = named_files(context, call);
  return params;
}

}  // namespace

std::vector<std::string> words_of_command(std::string_view command, std::size_t limit) {
  std::vector<std::string> words;
  while (!command.empty() && words.size() < limit) {
    const std::size_t begin = std::min(command.find_first_not_of(kBetweenWords), command.size());
    command.remove_prefix(begin);
    const std::size_t end = std::min(command.find_first_of(kBetweenWords), command.size());
    std::string word(command.substr(0, end));
    command.remove_prefix(end);
    if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(std::move(word));
  }
  return words;
}

void before_command(const Context& context, ipc::Client& client, const HookCall& call,
                    ipc::Deadline deadline) {
  (void)call_method(client, "governor/command_began", command_params(context, call), deadline);
}

CommandReport after_command(const Context& context, ipc::Client& client, const HookCall& call,
                            ipc::Deadline deadline) {
  CommandReport report;
  json::object params = command_params(context, call);
  // For a daemon that was not there when it began.
  if (const json::value* took = call.input.if_contains("duration_ms"); took && took->is_number())
    params["duration_ms"] = std::clamp<std::int64_t>(took->to_number<std::int64_t>(), 0, kLongestCommandMs);
  const auto result = call_method(client, "governor/command_done", std::move(params), deadline);
  if (!result) return report;
  report.changed = array_field(*result, "changed");
  if (count_field(*result, "findings") <= 0) return report;
  const std::string reason = text_field(*result, "reason");
  report.answer = call.event == HookCall::Event::after ? objection(reason) : told(call.event_name, reason);
  return report;
}

}  // namespace governor::ctl
