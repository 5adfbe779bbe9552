#include "daemon/supervisor/launch_refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/agent_id.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

using core::Error;
using core::invalid_argument;

std::string known_runners(const SupervisorSettings& settings) {
  std::string names;
  for (const Runner& runner : settings.deployments.runners) {
    if (!names.empty()) names += ", ";
    names += runner.name;
  }
  return names;
}

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

std::optional<Error> refuse_prompt(const LaunchRequest& request, const std::vector<std::string>& words) {
  if (has_nul(request.prompt))
    return invalid_argument("prompt", "a text with a NUL in it",
                            "a text without NUL: no program can be given one");
  if (request.prompt.size() > core::kMaxPromptBytes)
    return invalid_argument("prompt", fmt::format("{} bytes", request.prompt.size()),
                            fmt::format("at most {} bytes", core::kMaxPromptBytes));
  const TemplateValues values{request.prompt, {}, {}, {}, {}, {}, {}, {}};
  const bool fits = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    return expand_template(word, values).size() <= kLongestArgument;
  });
  if (fits) return std::nullopt;
  return invalid_argument("prompt", fmt::format("{} bytes", request.prompt.size()),
                          fmt::format("at most {} bytes for this runner, which gives it as one argument; one "
                                      "that uses {{prompt_file}} or the input \"prompt\" takes more",
                                      kLongestArgument));
}

std::optional<Error> refuse_environment(const LaunchRequest& request, const Runner& runner) {
  for (const auto& [name, value] : request.environment) {
    const bool is_name =
        !name.empty() && name.find('=') == std::string::npos && !has_nul(name) && !has_nul(value);
    if (is_name && lets_through(runner, name)) continue;
    Error error = invalid_argument("env", std::string(text::cut_text(name, 64)),
                                   "variables that the runner lets through");
    error.hint =
        fmt::format("Add it to \"pass\" of deployments.runners.{} in the configuration.", runner.name);
    return error;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> refuse_launch(const SupervisorSettings& settings, const LaunchRequest& request) {
  if (auto wrong = core::validate_agent_id("id", request.order.id)) return wrong;
  const Runner* runner = settings.find_runner(request.order.runner);
  if (runner == nullptr)
    return invalid_argument("runner", request.order.runner, "one of " + known_runners(settings));
  if (runner->arguments.empty()) {
    Error error = invalid_argument("runner", runner->name, "a runner that has a command");
    error.hint = fmt::format("Set \"command\" of deployments.runners.{} in the configuration.", runner->name);
    return error;
  }
  if (!request.runner_session.empty() && runner->resume.empty())
    return invalid_argument("runner", runner->name, "a runner that can resume a session");
  if (!request.working_directory.starts_with('/') || has_nul(request.working_directory))
    return invalid_argument("cwd", std::string(text::cut_text(request.working_directory, 200)),
                            "an absolute path");
  if (auto wrong =
          refuse_prompt(request, request.runner_session.empty() ? runner->arguments : runner->resume))
    return wrong;
  return refuse_environment(request, *runner);
}

}  // namespace governor::daemon
