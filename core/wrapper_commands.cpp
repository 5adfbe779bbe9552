#include "core/wrapper_commands.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/shell_command.hpp"

namespace governor::core {
namespace {

/// What runs the program that is named after it, and how many operands of its own it has before that.
struct Wrapper {
  std::string_view program;
  std::string_view first;  ///< its first operand, if that decides; empty: any
  std::size_t operands = 0;
  std::string_view value_options = {};  ///< options whose value is the next word, each after a blank
};
constexpr auto kWrappers = std::to_array<Wrapper>({
    {"sudo", "", 0, " -u -g -h -p -C -D -R -T -U"},
    {"doas", "", 0, " -u -C"},
    {"env", "", 0, " -u -C -S"},
    {"nohup", ""},
    {"setsid", ""},
    {"command", ""},
    {"builtin", ""},
    {"exec", "", 0, " -a"},
    {"time", "", 0, " -f -o"},
    {"nice", "", 0, " -n"},
    {"ionice", "", 0, " -c -n -p"},
    {"stdbuf", "", 0, " -i -o -e"},
    {"timeout", "", 1, " -s -k --signal --kill-after"},
    {"xargs", "", 0, " -I -n -P -L -d -a -s -E"},
    {"xvfb-run", ""},
    {"npx", "", 0, " -p --package"},
    {"bunx", ""},
    {"pnpx", ""},
    {"flock", "", 1, " -w -E"},
    {"watch", "", 0, " -n"},
    {"uvx", "", 0, " --from --with"},
    {"uv", "run", 1, " --with --extra --group --python -p"},
    {"poetry", "run", 1},
    {"pipenv", "run", 1},
    {"pdm", "run", 1},
    {"hatch", "run", 1},
    {"rye", "run", 1},
    {"bundle", "exec", 1},
    {"npm", "exec", 1},
    {"pnpm", "exec", 1},
    {"pnpm", "dlx", 1},
    {"yarn", "dlx", 1},
});

}  // namespace

std::optional<std::size_t> wrapped_at(std::string_view program, std::span<const std::string> words) {
  for (const Wrapper& wrapper : kWrappers) {
    if (wrapper.program != program) continue;
    std::size_t operands = wrapper.operands;
    bool options_over = false;
    std::string_view first;
    for (std::size_t at = 0; at < words.size(); ++at) {
      const std::string& word = words[at];
      if (!options_over && word == "--") {
        options_over = true;
      } else if (!options_over && is_option(word)) {
        if ((std::string(wrapper.value_options) + " ").find(" " + word + " ") != std::string::npos) ++at;
      } else if (operands > 0) {
        if (first.empty()) first = word;
        --operands;
      } else if (program == "env" && is_assignment(word)) {
        continue;
      } else {
        if (!wrapper.first.empty() && first != wrapper.first) break;
        return at;
      }
    }
  }
  return std::nullopt;
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace governor::core
