#include "ctl/guard/hook_block.hpp"

#include <algorithm>
#include <array>

namespace governor::ctl {

namespace {

constexpr std::string_view kBegin = "# governor >>> ";
constexpr std::string_view kEnd = "# governor <<<\n";
constexpr std::string_view kBareHook =
    "#!/bin/sh\n# Written by `governorctl install guards`, which takes it away with --uninstall.\n";

std::string ask_lines(std::string_view hook, std::string_view indentation) {
  std::string text;
  const auto line = [&](const std::string& words) { text += std::string(indentation) + words + '\n'; };
  line("governor_guard=\"$(git rev-parse --git-common-dir)/governor/guard\"");
  line("if [ -f \"$governor_guard\" ]; then sh \"$governor_guard\" " + std::string(hook) + " || exit $?; fi");
  return text;
}

// A process knows by its parent that it is the rest of the file: a commit that the hook itself makes
// elsewhere has another parent, and is asked about.
std::string block_around(std::string_view hook, HookRunner runner) {
  const std::string name(hook);
  std::string text(kBegin);
  text += "What follows runs first, then governor is asked (governorctl install guards). Without governor,\n";
  text += "# these lines only run what follows.\n";
  text += "if [ \"${GOVERNOR_HOOK-}\" != \"" + name + " $PPID\" ]; then\n";
  text += "  GOVERNOR_HOOK=\"" + name + " $$\" " + (runner == HookRunner::husky ? "sh -e " : "") +
          "\"$0\" \"$@\" || exit $?\n";
  text += ask_lines(hook, "  ");
  text += "  exit 0\nfi\n";
  return text + std::string(kEnd);
}

std::size_t end_of_shebang(std::string_view text) {
  if (!text.starts_with("#!")) return 0;
  const std::size_t line = text.find('\n');
  return line == std::string_view::npos ? text.size() : line + 1;
}

}  // namespace

std::string with_block(std::string_view text, std::string_view hook, HookRunner runner) {
  const std::size_t at = end_of_shebang(text);
  std::string changed(text.substr(0, at));
  if (at > 0 && !changed.ends_with('\n')) changed += '\n';
  changed += block_around(hook, runner);
  return changed + std::string(text.substr(at));
}

std::string new_hook(std::string_view hook) {
  std::string text(kBareHook);
  text += kBegin;
  text += "Asks governor (governorctl install guards).\n";
  text +=
      "governor_before=\"$(dirname -- \"$0\")" + std::string(kMovedHooks) + "/" + std::string(hook) + "\"\n";
  text += "if [ -x \"$governor_before\" ]; then \"$governor_before\" \"$@\" || exit $?; fi\n";
  return text + ask_lines(hook, "") + std::string(kEnd);
}

ipc::Result<std::string> without_block(std::string_view text) {
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::string(text);
  const std::size_t end = text.find(kEnd, begin);
  const bool whole = end != std::string_view::npos && (begin == 0 || text[begin - 1] == '\n');
  if (!whole || text.find(kBegin, begin + 1) != std::string_view::npos) {
    return ipc::Error{ipc::Errc::protocol_error, 0,
                      "the markers around governor's lines were changed; remove those lines by hand"};
  }
  return std::string(text.substr(0, begin)) + std::string(text.substr(end + kEnd.size()));
}

bool has_block(std::string_view text) {
  return text.find(kBegin) != std::string_view::npos;
}

bool is_bare_hook(std::string_view text) {
  return text == kBareHook;
}

std::string without_our_name(std::string_view text) {
  if (!text.starts_with(kBareHook)) return std::string(text);
  return std::string(text.substr(0, end_of_shebang(text))) + std::string(text.substr(kBareHook.size()));
}

bool is_shell_script(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  if (!text.starts_with("#!")) return true;  // git and the shells run such a file with sh
  std::string_view line = text.substr(2, text.find('\n') - 2);
  if (text.find('\n') == std::string_view::npos || line.ends_with('\r')) return false;
  const auto next_word = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return word.substr(word.rfind('/') + 1);
  };
  std::string_view program = next_word();
  if (program == "env") program = next_word();
  if (program == "-S") program = next_word();
  constexpr std::array<std::string_view, 6> kShells = {"sh", "bash", "dash", "ash", "ksh", "zsh"};
  return std::find(kShells.begin(), kShells.end(), program) != kShells.end();
}

}  // namespace governor::ctl
