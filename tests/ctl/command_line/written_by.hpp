#pragma once

#include <string>
#include <vector>

#include "ctl/command_line/described_command.hpp"
#include "ctl/guard/program_output.hpp"

namespace governor::ctl::test {

/// The whole command line.
std::vector<DescribedCommand> all_commands();

/// Whether a program of this name is there to check what is written for it.
bool has_program(const std::string& name);

ProgramOutput output_of(const std::vector<std::string>& arguments);

/// A file of this content in the directory; its path.
std::string written_file(const std::string& directory, const std::string& name, const std::string& content);

}  // namespace governor::ctl::test
