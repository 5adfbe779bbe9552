#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/guard/guarded_hooks.hpp"
#include "ctl/guard/guards.hpp"

namespace governor::ctl {

namespace {

void add_claude_code(CLI::App& guard, Action& action) {
  CLI::App* command = guard.add_subcommand(
      "claude-code", "PreToolUse and PostToolUse hook of Claude Code: JSON on the input, JSON on the output");
  const auto options = std::make_shared<ClaudeCodeOptions>();
  command->add_option("--fallback", options->fallback, "What to answer when the daemon cannot be asked")
      ->check(CLI::IsMember({"ask", "deny", "allow"}))
      ->capture_default_str();
  command
      ->add_option("--grant", options->grant,
                   "What to answer for a granted write: allow, which also answers Claude Code's own "
                   "question, or none, which leaves that to its permission rules")
      ->check(CLI::IsMember({"allow", "none"}))
      ->capture_default_str();
  command->add_option("--wait", options->wait_seconds, "Seconds to wait for a file that another holds")
      ->check(CLI::Range(0.0, 300.0));
  command->add_option("--timeout", options->timeout_seconds, "Seconds for everything but that wait")
      ->check(CLI::Range(0.05, 60.0))
      ->capture_default_str();
  command->callback([&action, options] {
    action = [options](const Context& context) { return guard_claude_code(context, *options); };
  });
}

void add_git(CLI::App& guard, Action& action) {
  CLI::App* command = guard.add_subcommand(
      "git", "Hook of git before a commit: refuses one of files that another live agent holds");
  const auto options = std::make_shared<GitOptions>();
  command->add_option("--fallback", options->fallback, "What to do when the daemon cannot be asked")
      ->check(CLI::IsMember({"allow", "deny"}))
      ->capture_default_str();
  command->add_option("--hook", options->hook, "Which hook of git runs this")
      ->check(CLI::IsMember(std::vector<std::string>(kGuardedHooks.begin(), kGuardedHooks.end())))
      ->capture_default_str();
  command->add_option("--timeout", options->timeout_seconds, "Seconds for asking it")
      ->check(CLI::Range(0.05, 60.0))
      ->capture_default_str();
  command->callback([&action, options] {
    action = [options](const Context& context) { return guard_git(context, *options); };
  });
}

}  // namespace

void add_guard(CLI::App& app, Action& action) {
  CLI::App* guard = app.add_subcommand("guard", "For the hooks of other tools, see `install guards`");
  guard->require_subcommand(1);
  add_claude_code(*guard, action);
  add_git(*guard, action);
}

}  // namespace governor::ctl
