#include "ctl/command_line/man_page.hpp"

#include "ctl/command_line/examples.hpp"
#include "ipc/build_info.hpp"

namespace governor::ctl {

namespace {

/// Text that is shown as it is: a minus that can be copied, no escapes, and no requests at the begin of
/// lines.
std::string roff(std::string_view text) {
  std::string result;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) result += "\\&";
    line_begins = c == '\n';
    switch (c) {
      case '\\': result += "\\(rs"; break;
      case '-': result += "\\-"; break;
      case '^': result += "\\(ha"; break;
      case '~': result += "\\(ti"; break;
      case '`': result += "\\(ga"; break;
      case '\'': result += "\\(aq"; break;
      default: result += c;
    }
  }
  return result;
}

std::string man_synopsis(const DescribedCommand& command) {
  std::string text = "\\fBgovernorctl";
  if (!command.path.empty()) text += ' ' + roff(command.path);
  text += "\\fR";
  for (const DescribedOption& argument : command.arguments) {
    const std::string name = "\\fI" + roff(argument.names.front()) + "\\fR";
    text += argument.required ? ' ' + name : " [" + name + ']';
  }
  if (command.options.size() > 1) text += " [\\fIoptions\\fR]";
  if (!command.subcommands.empty()) text += " [\\fIcommand\\fR]";
  return text + '\n';
}

std::string man_entry(const DescribedOption& option, bool is_argument) {
  std::string text = ".TP\n";
  for (std::size_t i = 0; i < option.names.size(); ++i) {
    const char* face = is_argument ? "\\fI" : "\\fB";
    text += (i == 0 ? "" : ", ") + (face + roff(option.names[i])) + "\\fR";
  }
  if (!is_argument && option.kind != ValueKind::none) text += " \\fI" + roff(option.value_name) + "\\fR";
  text += '\n' + roff(option.about.empty() ? "Not described." : option.about);
  if (!option.choices.empty()) {
    text += " (one of:";
    for (const std::string& choice : option.choices) text += ' ' + roff(choice);
    text += ')';
  }
  if (!option.default_value.empty()) text += " (default: " + roff(option.default_value) + ')';
  if (option.required && !is_argument) text += " (required)";
  return text + '\n';
}

std::string man_entries(const DescribedCommand& command) {
  std::string text;
  for (const DescribedOption& argument : command.arguments) text += man_entry(argument, true);
  for (const DescribedOption& option : command.options) {
    if (option.names.front() != "--help" || command.path.empty()) text += man_entry(option, false);
  }
  return text;
}

std::string man_examples(const std::string& path) {
  std::string text;
  for (const std::string& line : examples_of(path)) text += roff(line) + '\n';
  return text.empty() ? "" : (path.empty() ? "" : ".PP\n") + (".nf\n.RS\n" + text) + ".RE\n.fi\n";
}

std::string man_section(const DescribedCommand& command) {
  return ".SS \"" + roff(command.path) + "\"\n" + man_synopsis(command) + ".PP\n" + roff(command.about) +
         ".\n" + man_entries(command) +
         (command.footer.empty() ? "" : ".PP\n" + roff(command.footer) + '\n') + man_examples(command.path);
}

}  // namespace

std::string man_page(const std::vector<DescribedCommand>& commands) {
  const DescribedCommand& whole = commands.front();
  std::string text =
      ".TH GOVERNORCTL 1 \"\" \"governor " + roff(ipc::build_id()) +
      "\" \"User Commands\"\n.SH NAME\ngovernorctl \\- shows and controls the governor daemon\n"
      ".SH SYNOPSIS\n\\fBgovernorctl\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]\n"
      ".SH DESCRIPTION\n" +
      roff(whole.about) +
      "\nIf there is none, it is started; status, health, ps, stop, doctor and dry runs never "
      "start one.\n.SH OPTIONS\nThese may stand anywhere.\n" +
      man_entries(whole) + ".SH EXAMPLES\n" + man_examples("") + ".SH COMMANDS\n";
  for (const DescribedCommand& command : commands) {
    if (!command.path.empty()) text += man_section(command);
  }
  return text + ".SH EXIT STATUS\n" + roff(whole.footer) + '\n';
}

}  // namespace governor::ctl
