#include "daemon/supervisor/runner.hpp"

#include <algorithm>

namespace governor::daemon {
namespace {

using core::WaitingFor;

Runner claude_runner() {
  Runner runner;
  runner.name = "claude";
  runner.arguments = {"claude",          "-p",
                      "--output-format", "stream-json",
                      "--verbose",       "--mcp-config",
                      "{mcp_config}",    "--settings",
                      "{settings}",      "--permission-mode",
                      "acceptEdits",     "--allowedTools",
                      "mcp__governor__*"};
  runner.resume = runner.arguments;
  runner.resume.insert(runner.resume.end(), {"--resume", "{session}"});
  runner.input = ProgramInput::prompt;
  runner.stream_json = true;
  runner.ends_after_result = true;
  runner.pass = {"ANTHROPIC_*", "CLAUDE_*", "DISABLE_*"};
  return runner;
}

Runner codex_runner() {
  Runner runner;
  runner.name = "codex";
  runner.arguments = {"codex", "exec", "--sandbox", "workspace-write", "--json", "-"};
  runner.resume = {"codex", "exec", "--sandbox", "workspace-write", "--json", "resume", "{session}", "-"};
  runner.input = ProgramInput::prompt;
  runner.stream_json = true;
  runner.pass = {"OPENAI_*", "CODEX_*"};
  return runner;
}

Runner gemini_runner() {
  Runner runner;
  runner.name = "gemini";
  runner.arguments = {"gemini", "--output-format", "stream-json", "--approval-mode", "auto_edit"};
  runner.resume = runner.arguments;
  runner.resume.insert(runner.resume.end(), {"--resume", "{session}"});
  runner.input = ProgramInput::prompt;
  runner.stream_json = true;
  runner.ends_after_result = true;
  runner.pass = {"GEMINI_*", "GOOGLE_*"};
  return runner;
}

Runner generic_runner() {
  Runner runner;
  runner.name = "generic";
  return runner;
}

/// What the usual clients ask.
std::vector<WaitSign> usual_signs() {
  return {{WaitingFor::trust, "do you trust the"},
          {WaitingFor::permission, "do you want to proceed"},
          {WaitingFor::permission, "do you want to make this edit"},
          {WaitingFor::permission, "allow this command"},
          {WaitingFor::permission, "(y/n)"},
          {WaitingFor::permission, "[y/n]"},
          {WaitingFor::quota, "usage limit reached"},
          {WaitingFor::quota, "rate limit reached"},
          {WaitingFor::quota, "hit your usage limit"}};
}

}  // namespace

std::vector<Runner> built_in_runners() {
  std::vector<Runner> runners{claude_runner(), codex_runner(), gemini_runner(), generic_runner()};
  for (Runner& runner : runners) runner.waits = usual_signs();
  return runners;
}

std::string expand_template(std::string_view element, const TemplateValues& values) {
  const std::pair<std::string_view, std::string_view> known[] = {
      {"{prompt}", values.prompt},     {"{prompt_file}", values.prompt_file},
      {"{agent_id}", values.agent_id}, {"{task_id}", values.task_id},
      {"{cwd}", values.cwd},           {"{mcp_config}", values.mcp_config},
      {"{settings}", values.settings}, {"{session}", values.session}};
  std::string expanded;
  while (!element.empty()) {
    const std::size_t brace = std::min(element.find('{'), element.size());
    expanded += element.substr(0, brace);
    element.remove_prefix(brace);
    const auto* found = std::find_if(std::begin(known), std::end(known),
                                     [&](const auto& name) { return element.starts_with(name.first); });
    if (found != std::end(known)) {
      expanded += found->second;
      element.remove_prefix(found->first.size());
    } else if (!element.empty()) {
      expanded += element.front();
      element.remove_prefix(1);
    }
  }
  return expanded;
}

bool lets_through(const Runner& runner, std::string_view name) {
  return std::any_of(runner.pass.begin(), runner.pass.end(), [&](std::string_view pattern) {
    if (!pattern.ends_with('*')) return name == pattern;
    return name.starts_with(pattern.substr(0, pattern.size() - 1));
  });
}

}  // namespace governor::daemon
