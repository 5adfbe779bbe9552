#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace governor::ctl {

/// Lines to type into a shell that show what the command of this path is for, "leases break"; at least one of
/// each.
std::vector<std::string> examples_of(std::string_view path);

/// Shows them in the commands' help. Done where help is asked for, since it takes time.
void add_examples(CLI::App& app);

}  // namespace governor::ctl
