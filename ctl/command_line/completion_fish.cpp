#include <string>

#include "ctl/command_line/completion.hpp"

namespace governor::ctl {

namespace {

std::string fish_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + '\'';
}

std::string fish_option(const DescribedOption& option, const std::string& condition) {
  std::string line = "complete -c governorctl" + condition;
  for (const std::string& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  switch (option.kind) {
    case ValueKind::none: break;
    case ValueKind::file: line += " -r -F"; break;
    case ValueKind::directory: line += " -x -a '(__fish_complete_directories)'"; break;
    case ValueKind::any: line += " -x"; break;
    case ValueKind::choice: {
      std::string choices;
      for (const std::string& choice : option.choices) choices += (choices.empty() ? "" : " ") + choice;
      line += " -x -a " + fish_quoted(choices);
    }
  }
  return line + " -d " + fish_quoted(option.about) + '\n';
}

std::string fish_argument(const DescribedOption& argument, const std::string& condition) {
  const std::string line = "complete -c governorctl" + condition;
  if (argument.kind == ValueKind::file) return line + " -F\n";
  if (argument.kind == ValueKind::directory) return line + " -a '(__fish_complete_directories)'\n";
  return {};
}

}  // namespace

std::string fish_completion(const std::vector<DescribedCommand>& commands) {
  std::string paths;
  std::string with_value;
  std::string lines;
  for (const DescribedCommand& command : commands) {
    const std::string here = " -n \"__governorctl_at '" + command.path + "'\"";
    if (!command.path.empty()) {
      paths += " " + fish_quoted(command.path);
      const std::size_t blank = command.path.rfind(' ');
      const std::string parent = blank == std::string::npos ? "" : command.path.substr(0, blank);
      lines += "complete -c governorctl -n \"__governorctl_at '" + parent + "'\" -a " +
               std::string(command.name()) + " -d " + fish_quoted(command.about) + '\n';
    }
    for (const DescribedOption& option : command.options) {
      lines += fish_option(option, command.path.empty() ? "" : here);
      for (const std::string& name : option.names) {
        if (option.kind != ValueKind::none) with_value += ' ' + fish_quoted(command.path + '|' + name);
      }
    }
    if (!command.arguments.empty()) lines += fish_argument(command.arguments.front(), here);
  }
  return "# Completion of governorctl for fish, as written by: governorctl completion fish\n\n"
         "function __governorctl_at\n"
         "    set -l at ''\n"
         "    set -l takes_value no\n"
         "    for word in (commandline -opc)[2..-1]\n"
         "        if test $takes_value = yes\n"
         "            set takes_value no\n"
         "            continue\n"
         "        end\n"
         "        set -l next (string trim -- \"$at $word\")\n"
         "        if contains -- $next" +
         paths +
         "\n"
         "            set at $next\n"
         "        else if contains -- \"$at|$word\"" +
         with_value +
         "\n"
         "            set takes_value yes\n"
         "        else if contains -- \"|$word\"" +
         with_value +
         "\n"
         "            set takes_value yes\n"
         "        end\n"
         "    end\n"
         "    test \"$at\" = \"$argv\"\n"
         "end\n\n"
         "complete -c governorctl -f\n" +
         lines;
}

}  // namespace governor::ctl
