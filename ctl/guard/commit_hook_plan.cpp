#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ctl/guard/guard_plan.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {

namespace {

constexpr std::string_view kMark =
    "# Written by `governorctl install guards`, which takes it away with --uninstall.\n";
constexpr std::string_view kGuardLine = "guard=";

// `word` is the guard's path as a word of the shell. The hook from before runs first: it may change what is
// staged. A governorctl that was removed must not make the repository useless.
std::string hook_text(std::string_view word, std::string_view fallback) {
  std::string text = "#!/bin/sh\n";
  text += kMark;
  text += "before=\"$(dirname -- \"$0\")/pre-commit.before-governor\"\n";
  text += "if [ -x \"$before\" ]; then\n  \"$before\" \"$@\" || exit $?\nfi\n";
  text += std::string(kGuardLine) + std::string(word) + "\n";
  text += "if [ -x \"$guard\" ]; then\n  exec \"$guard\" guard git --fallback " + std::string(fallback) +
          "\nfi\n";
  text += "echo \"governor: $guard is gone, nobody has checked this commit\" >&2\n";
  text += fallback == "deny" ? "exit 1\n" : "exit 0\n";
  return text;
}

bool is_ours(std::string_view text) {
  return text.find(kMark) != std::string_view::npos;
}

// Ours, and nobody has changed it since.
bool is_untouched(std::string_view text) {
  const std::size_t line = text.find("\n" + std::string(kGuardLine));
  if (line == std::string_view::npos) return false;
  const std::size_t begin = line + 1 + kGuardLine.size();
  const std::string_view word = text.substr(begin, text.find('\n', begin) - begin);
  return text == hook_text(word, "allow") || text == hook_text(word, "deny");
}

ipc::Error changed_by_hand(const std::string& path) {
  return {ipc::Errc::protocol_error, 0,
          path +
              " is left as it is: somebody has changed it since it was installed; take the lines of "
              "governor out by hand, or move it away"};
}

}  // namespace

ipc::Result<GuardPlan> plan_commit_hook(const std::string& hooks_directory, const std::string& governorctl,
                                        const std::string& fallback) {
  GuardPlan plan{
      hooks_directory + "/pre-commit", "create", "", hook_text(text::shell_word(governorctl), fallback), "", {}};
  const std::string backup = plan.path + ".before-governor";
  const auto present = read_if_there(plan.path);
  if (!present) return present.error();
  plan.before = present->value_or("");
  if (plan.before == plan.after) {
    plan.action = "none";
    plan.note = "the hook is there already";
    return plan;
  }
  if (is_ours(plan.before) && !is_untouched(plan.before)) return changed_by_hand(plan.path);
  if (is_there(plan.path)) {
    plan.action = "change";
    if (!is_ours(plan.before)) {
      if (is_there(backup)) {
        return ipc::Error{ipc::Errc::protocol_error, 0,
                          plan.path + " is left as it is: the hook that is there would be kept as " + backup +
                              ", which is there already; move one of them away"};
      }
      plan.steps.push_back({FileStep::Kind::rename, backup, plan.path});
      plan.note = "the hook that is there now is kept as " + backup + " and runs first";
    }
  }
  plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, 0755});
  return plan;
}

ipc::Result<GuardPlan> plan_commit_hook_removal(const std::string& hooks_directory) {
  GuardPlan plan{hooks_directory + "/pre-commit", "none", "", "", "", {}};
  const std::string backup = plan.path + ".before-governor";
  const auto present = read_if_there(plan.path);
  if (!present) return present.error();
  plan.before = plan.after = present->value_or("");
  if (!is_ours(plan.before)) {
    plan.note = "no hook of governor is there";
    return plan;
  }
  if (!is_untouched(plan.before)) return changed_by_hand(plan.path);
  if (is_there(backup)) {
    const auto original = read_if_there(backup);
    if (!original) return original.error();
    plan.action = "restore";
    plan.after = original->value_or("");
    plan.steps.push_back({FileStep::Kind::rename, plan.path, backup});
  } else {
    plan.action = "remove";
    plan.after.clear();
    plan.steps.push_back({FileStep::Kind::remove, plan.path});
  }
  return plan;
}

}  // namespace governor::ctl
