#pragma once

#include <string>

#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// What the person edits texts with: $VISUAL, else $EDITOR, else vi. It may have arguments.
std::string editor_of(const ipc::Environment& environment);

/// Runs the editor on the file and waits until it has ended. An error if it could not be run, or ended as
/// editors do whose user wants nothing to happen.
ipc::Result<void> run_editor(const std::string& editor, const std::string& file);

}  // namespace governor::ctl
