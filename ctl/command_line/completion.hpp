#pragma once

#include <string>
#include <vector>

#include "ctl/command_line/described_command.hpp"

namespace governor::ctl {

// Scripts that complete the words of governorctl's command line. They hold all the words and start nothing:
// pressing a key must not start a daemon.

/// For bash 3.2 and later; needs no bash-completion.
std::string bash_completion(const std::vector<DescribedCommand>& commands);
std::string zsh_completion(const std::vector<DescribedCommand>& commands);
std::string fish_completion(const std::vector<DescribedCommand>& commands);

/// The functions that the scripts of bash and zsh have in common. A command is named by its path, "" for
/// governorctl itself:
///   _governorctl_has PATH                whether there is such a command
///   _governorctl_value PATH OPTION       what follows the option: "words a b", "file", "directory" or
///                                        "any"; fails if nothing does
///   _governorctl_argument PATH           the same for the command's first argument
std::string lookup_functions(const std::vector<DescribedCommand>& commands);

}  // namespace governor::ctl
