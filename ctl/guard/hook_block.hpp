#pragma once

#include <string>
#include <string_view>

#include "ipc/error.hpp"

namespace governor::ctl {

// The lines of the guard in a hook, which is a script of the shell. They name nothing of this machine, since
// teams commit their hooks: what they run is found in git's own directory, and where nothing is, they do
// nothing.

/// Who runs the file that the lines stand in.
enum class HookRunner {
  git,    ///< by its path, so that its first line says which shell it is
  husky,  ///< `sh -e FILE`
};

/// Behind the name of a directory of hooks: where programs are that had the name of a guarded hook.
inline constexpr std::string_view kMovedHooks = ".before-governor";

/// The text with the lines in it, or with those of today in place of older ones. The rest of the file runs
/// first, as a process of its own under the file's own name: it may change what is staged.
std::string with_block(std::string_view text, std::string_view hook, HookRunner runner);

/// A hook where there was none. It runs a program of the same name in <directory>.before-governor first, if
/// there is one.
std::string new_hook(std::string_view hook);

/// What is left of a hook without the lines; an error if somebody has changed where they begin and end.
ipc::Result<std::string> without_block(std::string_view text);

bool has_block(std::string_view text);

/// What is left of new_hook() without the lines, so that the file is nobody's but ours.
bool is_bare_hook(std::string_view text);

/// What somebody has added to a hook that was ours, without the line that says whose it is.
std::string without_our_name(std::string_view text);

/// Whether the text is a script of a shell that understands the lines.
bool is_shell_script(std::string_view text);

}  // namespace governor::ctl
