#pragma once

#include <optional>

#include "ctl/context.hpp"
#include "ctl/doctor/finding.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

/// What the checks look at. None of them starts a daemon, and each has something to say of an installation
/// that is damaged.
struct Surroundings {
  const Context& context;
  ipc::Paths paths;
};

// Each adds at least one finding.

/// Runtime and state directory: whose they are, and who else may read them; room on the disk.
void check_places(const Surroundings& around, Findings& findings);
/// governord, governor-proxy and this program: where they are, whether they are of one build; the
/// configuration; tmux.
void check_programs(const Surroundings& around, Findings& findings);
/// "700"
std::string permissions_text(unsigned mode);
/// The daemon, its lock and socket, and others of this user beside it.
void check_daemon(const Surroundings& around, Findings& findings);
/// All of the database, which takes a while, its backups, and what repairs have left beside it.
void check_database(const Surroundings& around, Findings& findings);
/// The service, entries of IDEs, hooks, and files of an older monitor.
void check_clients(const Surroundings& around, Findings& findings);

}  // namespace governor::ctl
