#include "ctl/command_line/completion.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/command_line/man_page.hpp"
#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

using Script = std::string (*)(const std::vector<DescribedCommand>&);

std::string value_words(const DescribedOption& option) {
  switch (option.kind) {
    case ValueKind::choice: {
      std::string words = "words";
      for (const std::string& choice : option.choices) words += ' ' + choice;
      return words;
    }
    case ValueKind::file: return "file";
    case ValueKind::directory: return "directory";
    case ValueKind::none:
    case ValueKind::any: break;
  }
  return "any";
}

int write_text(const Context& context, const char* field, const std::string& text) {
  if (context.json) {
    context.out << ipc::plain_json(boost::json::object{{field, text}}) << '\n';
  } else {
    context.out << text;
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

std::string lookup_functions(const std::vector<DescribedCommand>& commands) {
  std::string paths;
  std::string values;
  std::string arguments;
  for (const DescribedCommand& command : commands) {
    if (!command.path.empty()) paths += (paths.empty() ? "" : " | \\\n      ") + ("'" + command.path + "'");
    for (const DescribedOption& option : command.options) {
      if (option.kind == ValueKind::none) continue;
      for (const std::string& name : option.names) {
        // Those of governorctl itself may stand anywhere.
        const std::string place = command.path.empty() ? "*'|" : "'" + command.path + '|';
        values += "    " + place + name + "') echo '" + value_words(option) + "' ;;\n";
      }
    }
    if (!command.arguments.empty())
      arguments += "    '" + command.path + "') echo '" + value_words(command.arguments.front()) + "' ;;\n";
  }
  return "_governorctl_has() {\n  case \"$1\" in\n    " + paths +
         ") return 0 ;;\n  esac\n  return 1\n}\n\n_governorctl_value() {\n  case \"$1|$2\" in\n" + values +
         "    *) return 1 ;;\n  esac\n}\n\n_governorctl_argument() {\n  case \"$1\" in\n" + arguments +
         "    *) return 1 ;;\n  esac\n}\n";
}

void add_completion(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("completion", "The script that completes these commands in a shell");
  command->require_subcommand(1);
  const auto add = [&](const char* shell, const char* about, Script script) {
    command->add_subcommand(shell, about)->callback([&app, &action, script] {
      action = [&app, script](const Context& context) {
        return write_text(context, "script", script(describe_commands(app)));
      };
    });
  };
  add("bash", "For bash, 3.2 or later", bash_completion);
  add("zsh", "For zsh", zsh_completion);
  add("fish", "For fish", fish_completion);
}

void add_man(CLI::App& app, Action& action) {
  app.add_subcommand("man", "The manual page, as man reads it")->callback([&app, &action] {
    action = [&app](const Context& context) {
      return write_text(context, "page", man_page(describe_commands(app)));
    };
  });
}

}  // namespace governor::ctl
