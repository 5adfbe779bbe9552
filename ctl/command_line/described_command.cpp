#include "ctl/command_line/described_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace governor::ctl {

namespace {

bool has_any(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return text.find(name) != std::string_view::npos; });
}

/// CLI11 has the words that an option takes in its type: "TEXT:{json,csv}".
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> choices;
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::size_t begin = open + 1;
  while (begin < close) {
    const std::size_t end = std::min(type.find(',', begin), close);
    choices.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return choices;
}

ValueKind value_kind(const std::string& type, const std::string& argument_name) {
  if (has_any(type, {"{"})) return ValueKind::choice;
  if (has_any(type, {"DIR"}) || argument_name == "DIR") return ValueKind::directory;
  if (has_any(type, {"FILE", "PATH"}) || has_any(argument_name, {"FILE", "PATH", "PATTERN"}))
    return ValueKind::file;
  return ValueKind::any;
}

DescribedOption describe_option(const CLI::Option& option) {
  DescribedOption described;
  described.about = option.get_description();
  described.required = option.get_required();
  described.default_value = option.get_default_str();
  const std::string argument = option.nonpositional() ? "" : option.get_name(true);
  if (!argument.empty()) described.names.push_back(argument);
  for (const std::string& name : option.get_lnames()) described.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) described.names.push_back("-" + name);
  if (option.get_items_expected_max() == 0) return described;
  const std::string type = option.get_type_name();
  described.kind = value_kind(type, argument);
  described.choices = choices_in(type);
  described.value_name = type.substr(0, type.find_first_of(": "));
  return described;
}

void describe_into(std::vector<DescribedCommand>& commands, const CLI::App& app, const std::string& path) {
  DescribedCommand described;
  described.path = path;
  described.about = app.get_description();
  // CLI11 hands footers down.
  const bool has_own = app.get_parent() == nullptr || app.get_footer() != app.get_parent()->get_footer();
  if (has_own) described.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
    (option->nonpositional() ? described.options : described.arguments).push_back(describe_option(*option));
  }
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subcommands) described.subcommands.push_back(sub->get_name());
  commands.push_back(std::move(described));
  for (const CLI::App* sub : subcommands)
    describe_into(commands, *sub, path.empty() ? sub->get_name() : path + ' ' + sub->get_name());
}

}  // namespace

std::string_view DescribedCommand::name() const {
  const std::size_t blank = path.rfind(' ');
  return std::string_view(path).substr(blank == std::string::npos ? 0 : blank + 1);
}

std::vector<DescribedCommand> describe_commands(const CLI::App& app) {
  std::vector<DescribedCommand> commands;
  describe_into(commands, app, "");
  return commands;
}

}  // namespace governor::ctl
