#include "ctl/application.hpp"

#include <CLI/CLI.hpp>
#include <string>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ipc/build_info.hpp"

namespace governor::ctl {

namespace {

// CLI11 gives every mistake a number of its own; for us they are all one.
int report_parse_result(const CLI::App& app, const CLI::ParseError& error, const Context& context) {
  return app.exit(error, context.out, context.err) == 0 ? static_cast<int>(ExitCode::done)
                                                        : static_cast<int>(ExitCode::bad_usage);
}

std::string describe_mistake(const CLI::App*, const CLI::Error& error) {
  return std::string("governorctl: ") + error.what() + "\nTry: governorctl --help\n";
}

}  // namespace

int run_application(int argc, const char* const* argv, Context context) {
  CLI::App app("Shows and controls the governor daemon of this user.", "governorctl");
  app.require_subcommand(0, 1);  // none is looked at below: CLI11 would not name an unknown one
  app.fallthrough();
  app.set_version_flag("--version", std::string(ipc::build_id()));
  app.failure_message(describe_mistake);
  app.add_flag("--json", context.json, "Write JSON instead of text for people");
  app.add_flag("--utc", context.utc, "Write times as UTC in ISO 8601; without, local and relative ones");
  std::string runtime_dir;
  app.add_option("--runtime-dir", runtime_dir, "Runtime directory of the daemon (also GOVERNOR_RUNTIME_DIR)");
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the daemon is not running, 4 found what was looked for "
      "(a tampered log; with --exit-code alerts and stale locks); `health` has its own.");

  Action action;
  for (const auto add :
       {add_status, add_health,     add_agents,      add_agent,    add_history, add_lifecycle, add_thresholds,
        add_audit,  add_alerts,     add_calibration, add_diagnose, add_export,  add_import,    add_tasks,
        add_leases, add_protection, add_files,       add_watches,  add_guard,   add_install,   add_ps,
        add_stop,   add_restart,    add_config,      add_demo}) {
    add(app, action);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_parse_result(app, error, context);
  }
  if (!action) {
    context.err << app.help();
    return static_cast<int>(ExitCode::bad_usage);
  }
  if (!runtime_dir.empty()) context.environment.set("GOVERNOR_RUNTIME_DIR", runtime_dir);
  return action(context);
}

}  // namespace governor::ctl
