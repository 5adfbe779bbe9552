#pragma once

#include "ctl/commands.hpp"
#include "ctl/coordination/backup_content.hpp"

namespace governor::ctl {

/// The options --at and --backup.
void takes_version(CLI::App* command, VersionRequest& version);

void add_backups(CLI::App& app, Action& action);
void add_restore(CLI::App& app, Action& action);

}  // namespace governor::ctl
