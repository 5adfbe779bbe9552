#include <string>

#include "ctl/command_line/completion.hpp"

namespace governor::ctl {

namespace {

/// "    'leases break') words='--agent --reason' ;;"
std::string bash_cases(const std::vector<DescribedCommand>& commands) {
  std::string common;
  for (const DescribedOption& option : commands.front().options) common += ' ' + option.names.front();
  std::string cases;
  for (const DescribedCommand& command : commands) {
    std::string options;
    for (const DescribedOption& option : command.options) options += ' ' + option.names.front();
    if (!command.path.empty()) options += common;
    std::string subcommands;
    for (const std::string& name : command.subcommands) subcommands += ' ' + name;
    cases += "    '" + command.path + "') options='" + options + "' commands='" + subcommands + "' ;;\n";
  }
  return cases;
}

// `=` is a word of its own in bash, if it stands in COMP_WORDBREAKS.
constexpr const char* kBashWalk = R"(
_governorctl() {
  local at='' word i options='' commands='' wanted=''
  local current=${COMP_WORDS[COMP_CWORD]} before=''
  local IFS=$' \t\n'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    before=$word
    if [[ $word == -- ]]; then
      wanted=file
      break
    elif _governorctl_has "${at:+$at }$word"; then
      at="${at:+$at }$word"
    elif _governorctl_value "$at" "$word" > /dev/null; then
      [[ ${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
      ((i++))
      if ((i >= COMP_CWORD)); then
        wanted=$(_governorctl_value "$at" "$word")
        [[ $current == '=' ]] && current=''
      fi
    fi
  done
  case "$at" in
)";

constexpr const char* kBashReply = R"(  esac
  if [[ -z $wanted && $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  if [[ -z $wanted ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
    wanted=$(_governorctl_argument "$at")
  fi
  case "$wanted" in
    words*) COMPREPLY+=($(compgen -W "${wanted#words}" -- "$current")) ;;
    file | directory)
      # Names may have blanks in them.
      IFS=$'\n'
      [[ $wanted == file ]] && COMPREPLY+=($(compgen -f -- "$current"))
      [[ $wanted == directory ]] && COMPREPLY+=($(compgen -d -- "$current"))
      compopt -o filenames 2> /dev/null
      ;;
  esac
  return 0
}

complete -F _governorctl governorctl
)";

}  // namespace

std::string bash_completion(const std::vector<DescribedCommand>& commands) {
  return "# Completion of governorctl for bash, as written by: governorctl completion bash\n\n" +
         lookup_functions(commands) + kBashWalk + bash_cases(commands) + kBashReply;
}

}  // namespace governor::ctl
