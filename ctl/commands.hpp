#pragma once

#include <functional>

#include "ctl/context.hpp"

namespace CLI {
class App;
}

namespace governor::ctl {

/// What the command line asked for; returns the exit code.
using Action = std::function<int(const Context&)>;

// Each adds its subcommand and, when that is given, sets the action. The action must be run while the App
// lives, since options are written there.
void add_status(CLI::App& app, Action& action);
void add_health(CLI::App& app, Action& action);
void add_agents(CLI::App& app, Action& action);
void add_agent(CLI::App& app, Action& action);
void add_history(CLI::App& app, Action& action);
/// pause, resume, archive, reset, delete, archive-idle.
void add_lifecycle(CLI::App& app, Action& action);
void add_thresholds(CLI::App& app, Action& action);
void add_audit(CLI::App& app, Action& action);
void add_alerts(CLI::App& app, Action& action);
void add_calibration(CLI::App& app, Action& action);
void add_diagnose(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_ps(CLI::App& app, Action& action);
void add_stop(CLI::App& app, Action& action);
void add_restart(CLI::App& app, Action& action);
void add_config(CLI::App& app, Action& action);
void add_demo(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_leases(CLI::App& app, Action& action);
/// protect, unlock.
void add_protection(CLI::App& app, Action& action);
/// backups, restore.
void add_files(CLI::App& app, Action& action);
void add_watches(CLI::App& app, Action& action);
/// guard claude-code, guard git.
void add_guard(CLI::App& app, Action& action);
void add_install(CLI::App& app, Action& action);
void add_tasks(CLI::App& app, Action& action);

}  // namespace governor::ctl
