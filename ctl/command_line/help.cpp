#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "ctl/command_line/described_command.hpp"
#include "ctl/command_line/examples.hpp"
#include "ctl/command_line/suggestion.hpp"
#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/printable.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

json::array options_json(const std::vector<DescribedOption>& options) {
  json::array list;
  for (const DescribedOption& option : options) {
    json::object entry{{"names", json::array(option.names.begin(), option.names.end())},
                       {"about", option.about}};
    if (!option.choices.empty()) entry["choices"] = json::array(option.choices.begin(), option.choices.end());
    if (!option.default_value.empty()) entry["default"] = option.default_value;
    if (option.required) entry["required"] = true;
    list.emplace_back(std::move(entry));
  }
  return list;
}

json::object help_json(const CLI::App& app, const std::string& path) {
  for (const DescribedCommand& command : describe_commands(app)) {
    if (command.path != path) continue;
    const auto examples = examples_of(path);
    return {{"command", path.empty() ? "governorctl" : "governorctl " + path},
            {"about", command.about},
            {"notes", command.footer},
            {"arguments", options_json(command.arguments)},
            {"options", options_json(command.options)},
            {"commands", json::array(command.subcommands.begin(), command.subcommands.end())},
            {"examples", json::array(examples.begin(), examples.end())}};
  }
  return {};
}

using Commands = std::vector<CLI::App*>;

Commands commands_of(CLI::App& command) {
  return command.get_subcommands([](CLI::App*) { return true; });
}

int report_unknown(const Context& context, CLI::App& command, const std::string& path,
                   const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* sub : commands_of(command)) names.push_back(sub->get_name());
  context.err << "governorctl: " << path << " has no command \"" << printable(word) << '"';
  std::string meant;
  for (const std::string& name : likely_meant(word, names))
    meant += (meant.empty() ? "" : " or ") + path + ' ' + name;
  context.err << (meant.empty() ? "" : "; did you mean: " + meant + '?') << "\nTry: governorctl help\n";
  return static_cast<int>(ExitCode::bad_usage);
}

int run_help(CLI::App& app, const Context& context, const std::vector<std::string>& words) {
  CLI::App* command = &app;
  std::string above;
  for (const std::string& word : words) {
    const std::string path = above.empty() ? command->get_name() : above + ' ' + command->get_name();
    const Commands below = commands_of(*command);
    const auto next = std::find_if(below.begin(), below.end(),
                                   [&](const CLI::App* sub) { return sub->get_name() == word; });
    if (next == below.end()) return report_unknown(context, *command, path, word);
    above = path;
    command = *next;
  }
  if (context.json) {
    std::string path;
    for (const std::string& word : words) path += (path.empty() ? "" : " ") + word;
    context.out << ipc::plain_json(help_json(app, path)) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  add_examples(app);
  // What was typed is `help`, and CLI11 would show the help of that.
  app.clear();
  context.out << command->help(above);
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_help(CLI::App& app, Action& action) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("help", "What a command does, with its options and examples");
  command->add_option("COMMAND", *words, "Such as tasks create; none: governorctl itself")->expected(0, 3);
  command->callback([&app, &action, words] {
    action = [&app, words](const Context& context) { return run_help(app, context, *words); };
  });
}

}  // namespace governor::ctl
