#include <string>

#include "ctl/command_line/completion.hpp"

namespace governor::ctl {

namespace {

std::string zsh_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + '\'';
}

/// `'name:what it is'`, in which a colon of the name would end it.
std::string with_description(const std::string& name, const std::string& about) {
  return ' ' + zsh_quoted(name + ':' + about);
}

std::string zsh_cases(const std::vector<DescribedCommand>& commands) {
  std::string cases;
  std::string common;
  for (const DescribedOption& option : commands.front().options)
    common += with_description(option.names.front(), option.about);
  for (const DescribedCommand& command : commands) {
    std::string options;
    for (const DescribedOption& option : command.options)
      options += with_description(option.names.front(), option.about);
    if (!command.path.empty()) options += common;
    std::string below;
    for (const DescribedCommand& other : commands) {
      const std::string parent = command.path.empty() ? "" : command.path + ' ';
      if (!other.path.empty() && other.path == parent + std::string(other.name()))
        below += with_description(std::string(other.name()), other.about);
    }
    cases +=
        "    '" + command.path + "')\n      options=(" + options + " )\n      commands=(" + below + " ) ;;\n";
  }
  return cases;
}

constexpr const char* kZshWalk = R"(
_governorctl() {
  emulate -L zsh
  local at='' word wanted=''
  local -a options commands
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    if [[ $word == -- ]]; then
      wanted=file
      break
    elif _governorctl_has "${at:+$at }$word"; then
      at="${at:+$at }$word"
    elif _governorctl_value "$at" "$word" > /dev/null; then
      ((i++))
      ((i == CURRENT)) && wanted=$(_governorctl_value "$at" "$word")
    fi
  done
  # --option=value is one word.
  if [[ -z $wanted && ${words[CURRENT]} == --*=* ]]; then
    wanted=$(_governorctl_value "$at" "${words[CURRENT]%%=*}")
    compset -P '*='
  fi
  case "$at" in
)";

constexpr const char* kZshReply = R"(  esac
  if [[ -z $wanted && ${words[CURRENT]} == -* ]]; then
    _describe -o option options
    return
  fi
  if [[ -z $wanted ]]; then
    (( ${#commands} )) && _describe command commands
    wanted=$(_governorctl_argument "$at")
  fi
  case "$wanted" in
    words*) compadd -- ${=wanted#words} ;;
    file) _files ;;
    directory) _files -/ ;;
  esac
}

if [[ ${funcstack[1]} == _governorctl ]]; then
  _governorctl "$@"
else
  compdef _governorctl governorctl
fi
)";

}  // namespace

std::string zsh_completion(const std::vector<DescribedCommand>& commands) {
  return "#compdef governorctl\n# As written by: governorctl completion zsh\n\n" +
         lookup_functions(commands) + kZshWalk + zsh_cases(commands) + kZshReply;
}

}  // namespace governor::ctl
