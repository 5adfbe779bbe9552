#pragma once

#include <string>

#include "ctl/commands.hpp"
#include "ctl/context.hpp"

namespace governor::ctl {

/// The whole command line of governorctl. What is parsed is written to these, which must outlive the App.
void declare_commands(CLI::App& app, Context& context, std::string& runtime_dir, Action& action);

/// The same for the hooks of other tools, which run at every use of a tool: all the other commands would
/// take as long to set up as a hook takes itself.
void declare_hooks(CLI::App& app, Context& context, std::string& runtime_dir, Action& action);

}  // namespace governor::ctl
