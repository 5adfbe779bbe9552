#include "core/command_class.hpp"
#include "core/shell_command.hpp"
#include "core/test_output.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {

void command(std::string_view input) {
  const auto commands = core::parse_shell_command(input);
  expect(commands.size() <= core::kMostCommands, "a command line has its limit");
  for (const core::SimpleCommand& one : commands) {
    expect(one.script_from <= one.script_to && one.script_to <= commands.size(),
           "what makes a script is among the commands");
  }
  const core::CommandFacts facts = core::examine_command(input, core::EvidenceRules::defaults());
  const core::CommandFacts again = core::examine_command(input, core::EvidenceRules::defaults());
  expect(facts.fingerprint == again.fingerprint, "the same command has the same fingerprint");
  static_cast<void>(core::read_test_output(input));
}

}  // namespace governor::fuzz
