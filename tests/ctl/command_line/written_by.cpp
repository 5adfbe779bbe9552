#include "tests/ctl/command_line/written_by.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "ctl/command_line/commands.hpp"

namespace governor::ctl::test {

std::vector<DescribedCommand> all_commands() {
  CLI::App app;
  Context context{std::cout, std::cerr, {}};
  std::string runtime_dir;
  Action action;
  declare_commands(app, context, runtime_dir, action);
  return describe_commands(app);
}

bool has_program(const std::string& name) {
  return output_of({"sh", "-c", "command -v " + name}).exit_code == 0;
}

ProgramOutput output_of(const std::vector<std::string>& arguments) {
  const auto deadline = ipc::Deadline::after(std::chrono::seconds(60));
  auto output = run_program(arguments, ipc::process_environment(), deadline);
  if (!output) throw std::runtime_error(output.error().message);
  return *std::move(output);
}

std::string written_file(const std::string& directory, const std::string& name, const std::string& content) {
  const std::string path = directory + "/" + name;
  std::ofstream(path) << content;
  return path;
}

}  // namespace governor::ctl::test
