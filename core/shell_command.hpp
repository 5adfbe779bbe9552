#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace governor::core {

/// One program of a command line, as a POSIX shell would split it. Nothing is expanded: `$HOME/x` stays so.
struct SimpleCommand {
  std::string program;                    ///< without its directory, such as `git` for /usr/bin/git
  std::vector<std::string> words;         ///< after the program, without redirections
  std::vector<std::string> assignments;   ///< before it, such as CI=1
  std::vector<std::string> reads_files;   ///< by redirection
  std::vector<std::string> writes_files;  ///< by redirection; without /dev/null and the like
  bool reads_pipe = false;                ///< its input is what the one before it puts out
  bool has_text = false;                  ///< its input stands in the command line (here-document)
  /// It runs what the commands from `script_from` to before `script_to` put out: bash <(a), eval "$(a)".
  std::size_t script_from = 0;
  std::size_t script_to = 0;
};

/// The programs that a command line would run, in the order of their appearance, those in `$(...)`, in
/// backticks and in `sh -c` before the one they are part of. What runs another program (sudo, env, timeout,
/// xargs, npx, uv run, ...) is followed by that one as a command of its own. Never fails: what is not well
/// formed is read as far as it goes. At most kLargestCommand bytes are read and kMostCommands commands
/// returned.
std::vector<SimpleCommand> parse_shell_command(std::string_view text);

inline constexpr std::size_t kLargestCommand = 64 * 1024;
inline constexpr std::size_t kMostCommands = 128;

/// Whether the word is an option, such as -f or --force.
bool is_option(std::string_view word);

}  // namespace governor::core
