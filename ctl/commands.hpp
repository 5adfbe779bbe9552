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
void add_activity(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_history(CLI::App& app, Action& action);
/// pause, resume, archive, reset, delete, archive-idle.
void add_lifecycle(CLI::App& app, Action& action);
void add_thresholds(CLI::App& app, Action& action);
void add_audit(CLI::App& app, Action& action);
void add_alerts(CLI::App& app, Action& action);
void add_approvals(CLI::App& app, Action& action);
void add_calibration(CLI::App& app, Action& action);
void add_diagnose(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_ps(CLI::App& app, Action& action);
/// The daemon, or a headless agent.
void add_stop(CLI::App& app, Action& action);
void add_restart(CLI::App& app, Action& action);
/// config check, config show, config path, config edit.
void add_config(CLI::App& app, Action& action);
void add_start(CLI::App& app, Action& action);
void add_version(CLI::App& app, Action& action);
/// A live view.
void add_top(CLI::App& app, Action& action);
void add_help(CLI::App& app, Action& action);
void add_demo(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_leases(CLI::App& app, Action& action);
void add_conflicts(CLI::App& app, Action& action);
/// protect, unlock.
void add_protection(CLI::App& app, Action& action);
/// backups list, backups cat, backups diff; restore.
void add_files(CLI::App& app, Action& action);
void add_watches(CLI::App& app, Action& action);
/// guard claude-code, guard git.
void add_guard(CLI::App& app, Action& action);
/// install, uninstall.
void add_install(CLI::App& app, Action& action);
void add_tasks(CLI::App& app, Action& action);
void add_replay(CLI::App& app, Action& action);
void add_observe(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_anomalies(CLI::App& app, Action& action);
void add_summary(CLI::App& app, Action& action);
void add_telemetry(CLI::App& app, Action& action);
/// record-outcome.
void add_outcome(CLI::App& app, Action& action);
/// tags show, tags add, tags remove, tags set.
void add_tags(CLI::App& app, Action& action);
/// notes show, notes add, notes set.
void add_notes(CLI::App& app, Action& action);
void add_purpose(CLI::App& app, Action& action);
/// pin, unpin.
void add_pin(CLI::App& app, Action& action);
void add_why(CLI::App& app, Action& action);
void add_deployments(CLI::App& app, Action& action);
void add_deploy(CLI::App& app, Action& action);
void add_logs(CLI::App& app, Action& action);
void add_attach(CLI::App& app, Action& action);
void add_metrics(CLI::App& app, Action& action);
void add_dashboard(CLI::App& app, Action& action);
void add_selftest(CLI::App& app, Action& action);
/// service install, uninstall, start, stop, status.
void add_service(CLI::App& app, Action& action);
/// completion bash, completion zsh, completion fish.
void add_completion(CLI::App& app, Action& action);
/// state backup, state verify, state restore: of governor's own database.
void add_state(CLI::App& app, Action& action);
/// shared init, shared status.
void add_shared(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_man(CLI::App& app, Action& action);

}  // namespace governor::ctl
