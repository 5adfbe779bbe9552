#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/commands.hpp"
#include "ctl/duration_option.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/logs/daemon_log.hpp"
#include "ctl/logs/deployment_output.hpp"

namespace governor::ctl {

namespace {

struct LogsRequest {
  OutputRequest output;
  DaemonLogRequest log;
};

}  // namespace

void add_logs(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("logs", "The daemon's log, or what a headless agent has written");
  const auto request = std::make_shared<LogsRequest>();
  command->add_option("ID", request->output.id,
                      "The deployment, as `governorctl deployments` names it; none: the daemon");
  CLI::Option* bytes =
      command->add_option("--bytes", request->output.bytes, "Of a deployment: how much of its end")
          ->check(CLI::Range(std::int64_t{1}, std::int64_t{256} * 1024))
          ->capture_default_str();
  CLI::Option* lines =
      command->add_option("--lines", request->log.lines, "Of the daemon: how many, the newest")
          ->check(CLI::Range(0, 100'000))
          ->capture_default_str();
  CLI::Option* level =
      command->add_option("--level", request->log.level, "Of the daemon: only lines of this level and worse")
          ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "critical"}));
  command->add_option("--filter", request->output.filter, "Only lines that contain this");
  command->add_flag("-f,--follow", request->output.follow,
                    "Keep printing what comes; of a deployment until it is over");
  CLI::Option* period = takes_durations(
      command->add_option("--for", request->log.seconds,
                          "Of the daemon, with --follow: for that long, such as 30s; 0: without end"));
  period->check(CLI::Range(std::int64_t{0}, std::int64_t{30} * 86'400));
  command->callback([=, &action] {
    action = [=](const Context& context) {
      const bool is_daemons = request->output.id.empty();
      const bool is_mixed =
          is_daemons ? bytes->count() > 0 : lines->count() + level->count() + period->count() > 0;
      if (is_mixed) {
        context.err
            << "governorctl: --lines, --level and --for are for the daemon's log, --bytes is for what a "
               "deployment has written\n";
        return static_cast<int>(ExitCode::bad_usage);
      }
      if (!is_daemons) return show_deployment_output(context, request->output);
      request->log.filter = request->output.filter;
      request->log.follow = request->output.follow;
      return show_daemon_log(context, request->log);
    };
  });
}

}  // namespace governor::ctl
