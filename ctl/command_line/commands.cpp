#include "ctl/command_line/commands.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <set>
#include <string>

#include "ipc/build_info.hpp"

namespace governor::ctl {

namespace {

/// --help as the library has it, but that several of an argument are "ID...", and not "ID(2x)".
class HelpFormat final : public CLI::Formatter {
 public:
  std::string make_option_usage(const CLI::Option* option) const override {
    const std::string name = make_option_name(option, true) + (option->get_expected_max() > 1 ? "..." : "");
    return option->get_required() ? name : '[' + name + ']';
  }

  /// The library lists what an option excludes in the order of addresses, which is another one in each run.
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text = CLI::Formatter::make_option_opts(option);
    const std::string label = ' ' + get_label("Excludes") + ':';
    const std::size_t at = text.rfind(label);
    if (at == std::string::npos) return text;
    std::set<std::string> names;
    for (const CLI::Option* other : option->get_excludes()) names.insert(other->get_name());
    text.resize(at + label.size());
    for (const std::string& name : names) text += ' ' + name;
    return text;
  }
};

void declare_common(CLI::App& app, Context& context, std::string& runtime_dir) {
  app.description("Shows and controls the governor daemon of this user.");
  app.name("governorctl");
  app.formatter(std::make_shared<HelpFormat>());
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

/// In the order of --help: what one looks at, what one decides, what agents share, and the daemon itself.
void declare_commands(CLI::App& app, Context& context, std::string& runtime_dir, Action& action) {
  declare_common(app, context, runtime_dir);
  for (const auto add :
       {add_status,     add_health,    add_top,         add_dashboard, add_agents,      add_agent,
        add_activity,   add_why,       add_history,     add_observe,   add_compare,     add_anomalies,
        add_summary,    add_telemetry, add_calibration, add_outcome,   add_run,         add_lifecycle,
        add_tags,       add_notes,     add_purpose,     add_pin,       add_thresholds,  add_audit,
        add_alerts,     add_approvals, add_diagnose,    add_leases,    add_conflicts,   add_protection,
        add_files,      add_watches,   add_guard,       add_tasks,     add_deployments, add_deploy,
        add_logs,       add_attach,    add_export,      add_import,    add_replay,      add_install,
        add_config,     add_start,     add_stop,        add_restart,   add_ps,          add_service,
        add_metrics,    add_state,     add_shared,      add_doctor,    add_selftest,    add_demo,
        add_completion, add_man,       add_version,     add_help}) {
    add(app, action);
  }
}

void declare_hooks(CLI::App& app, Context& context, std::string& runtime_dir, Action& action) {
  declare_common(app, context, runtime_dir);
  add_guard(app, action);
}

}  // namespace governor::ctl
