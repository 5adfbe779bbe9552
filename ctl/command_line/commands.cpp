#include "ctl/command_line/commands.hpp"

#include <CLI/CLI.hpp>

#include "ipc/build_info.hpp"

namespace governor::ctl {

namespace {

void declare_common(CLI::App& app, Context& context, std::string& runtime_dir) {
  app.description("Shows and controls the governor daemon of this user.");
  app.name("governorctl");
  app.require_subcommand(0, 1);  // none is looked at afterwards: CLI11 would not name an unknown one
  app.fallthrough();
  app.set_version_flag("--version", std::string(ipc::build_id()));
  app.add_flag("--json", context.json, "Write JSON instead of text for people");
  app.add_flag("--utc", context.utc, "Write times as UTC in ISO 8601; without, local and relative ones");
  app.add_option("--runtime-dir", runtime_dir, "Runtime directory of the daemon (also GOVERNOR_RUNTIME_DIR)")
      ->type_name("DIR");
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the daemon is not running, 4 found what was looked for "
      "(a tampered log; with --exit-code alerts, anomalies, differences, branches in conflict and stale "
      "locks); `health` has its own.");
}

}  // namespace

void declare_commands(CLI::App& app, Context& context, std::string& runtime_dir, Action& action) {
  declare_common(app, context, runtime_dir);
  for (const auto add :
       {add_status,     add_health,    add_agents,     add_agent,     add_activity,  add_run,
        add_history,    add_lifecycle, add_thresholds, add_audit,     add_alerts,    add_calibration,
        add_diagnose,   add_export,    add_import,     add_tasks,     add_leases,    add_protection,
        add_files,      add_watches,   add_guard,      add_install,   add_ps,        add_stop,
        add_restart,    add_config,    add_demo,       add_replay,    add_why,       add_deployments,
        add_deploy,     add_logs,      add_attach,     add_conflicts, add_state,     add_doctor,
        add_completion, add_man,       add_observe,    add_compare,   add_anomalies, add_summary,
        add_telemetry,  add_outcome,   add_tags,       add_notes,     add_purpose,   add_pin,
        add_start,      add_version,   add_help,       add_top,       add_approvals, add_service,
        add_metrics,    add_selftest,  add_dashboard}) {
    add(app, action);
  }
}

void declare_hooks(CLI::App& app, Context& context, std::string& runtime_dir, Action& action) {
  declare_common(app, context, runtime_dir);
  add_guard(app, action);
}

}  // namespace governor::ctl
