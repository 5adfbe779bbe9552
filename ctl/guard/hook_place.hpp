#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/guard/git_repository.hpp"
#include "ctl/guard/hook_block.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Where the guard of one hook lives. Programs that manage hooks write git's hooks anew whenever they like,
/// but each has a place of its own that it leaves alone and runs.
struct HookPlace {
  enum class Kind {
    file,     ///< `path` is a hook, or becomes one
    lefthook  ///< the configuration that lefthook reads beside the team's
  };
  Kind kind = Kind::file;
  std::string path;
  HookRunner runner = HookRunner::git;
};

/// Where it lives for the manager that the repository has now.
ipc::Result<HookPlace> find_hook_place(const GitPlaces& places, std::string_view hook);

/// The directory with the team's scripts, where husky's own is the one that git looks in; else empty.
std::string husky_scripts(const GitPlaces& places);

/// Whether the path is in the directory.
bool is_within(std::string_view path, const std::string& directory);

}  // namespace governor::ctl
