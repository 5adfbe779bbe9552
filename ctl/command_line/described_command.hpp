#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace governor::ctl {

/// What may be typed for an option or an argument.
enum class ValueKind { none, any, choice, file, directory };

struct DescribedOption {
  std::vector<std::string> names;  ///< as typed, the long one first; of an argument its name alone
  std::string about;
  ValueKind kind = ValueKind::none;
  std::string value_name;            ///< such as TEXT; empty for a flag
  std::vector<std::string> choices;  ///< for ValueKind::choice
  std::string default_value;         ///< empty: none is shown
  bool required = false;
};

/// A command as the tree of the command line has it. Completions and the manual page are made of these, so
/// that they cannot say anything else than the program does.
struct DescribedCommand {
  std::string path;  ///< "leases break"; empty for governorctl itself
  std::string about;
  std::string footer;  ///< empty if it is that of the command above
  std::vector<DescribedOption> options;
  std::vector<DescribedOption> arguments;
  std::vector<std::string> subcommands;  ///< names

  [[nodiscard]] std::string_view name() const;  ///< the last word of the path
};

/// All commands, governorctl itself first, each before its subcommands, in the order of --help.
std::vector<DescribedCommand> describe_commands(const CLI::App& app);

}  // namespace governor::ctl
