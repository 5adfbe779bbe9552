#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace governor::ctl {

/// How many letters have to be put in, left out, changed or swapped with the next one to get from one word to
/// the other.
std::size_t edit_distance(std::string_view one, std::string_view other);

/// Those of `known` that `typed` may have been meant for, at most three: the nearest, then those that begin
/// with it.
std::vector<std::string> likely_meant(std::string_view typed, const std::vector<std::string>& known);

/// The first word of the command line that no command took, with what it may have been meant for: "there is
/// no command \"agnets\"; did you mean: governorctl agents". Empty if every word was taken.
std::string explain_leftover(const CLI::App& app);

/// The command that was named, with its path: "governorctl leases break".
std::string named_command(const CLI::App& app);

}  // namespace governor::ctl
