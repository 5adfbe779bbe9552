#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/progress.hpp"
#include "ctl/state/state_program.hpp"
#include "ctl/stop_daemon.hpp"
#include "ctl/table.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/paths.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::hours kStatePatience{1};
constexpr std::chrono::seconds kStopForRestorePatience{30};

struct StateRequest {
  std::string file;
  bool yes = false;
};

std::string absolute_file(const std::string& given) {
  std::error_code failure;
  const auto made = std::filesystem::absolute(given, failure);
  return failure ? given : made.string();
}

ipc::Result<json::object> ask_governord(const Context& context, const char* verb, const std::string& file,
                                        const char* doing) {
  const Progress progress(context.err, context.err_on_terminal, doing);
  return run_on_state(context, verb, file, ipc::Deadline::after(kStatePatience));
}

void write_verdict_of(const Context& context, const json::object& report) {
  const bool sound = flag_field(report, "ok");
  context.out << printable(text_field(report, "file")) << ": "
              << toned(sound ? "sound" : "NOT SOUND", sound ? Tone::good : Tone::bad, context.colour) << ", "
              << count_text(report, "bytes") << " bytes, " << count_text(report, "updates") << " updates, "
              << count_text(report, "audit_entries") << " entries of the audit log, "
              << count_text(report, "evidence") << " of what agents did\n";
  for (const json::value& problem : array_field(report, "problems")) {
    if (problem.is_string()) context.out << "  " << printable(problem.get_string()) << '\n';
  }
}

int report_verdict(const Context& context, const ipc::Result<json::object>& report) {
  if (!report) return report_failure(context, report.error());
  if (context.json) {
    context.out << ipc::plain_json(*report) << '\n';
  } else {
    write_verdict_of(context, *report);
  }
  return static_cast<int>(flag_field(*report, "ok") ? ExitCode::done : ExitCode::found);
}

int run_verify_state(const Context& context, const StateRequest& request) {
  const std::string file = request.file.empty() ? "" : absolute_file(request.file);
  return report_verdict(context, ask_governord(context, "verify", file, "looking at the database"));
}

int run_back_up_state(const Context& context, const StateRequest& request) {
  return report_verdict(
      context, ask_governord(context, "backup", absolute_file(request.file), "copying the database"));
}

/// With nobody able to start another daemon meanwhile.
ipc::Result<json::object> restore_state(const Context& context, const std::string& file) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  if (auto made = ipc::ensure_runtime_directories(*paths); !made) return made.error();
  const auto deadline = ipc::Deadline::after(kStopForRestorePatience);
  const auto keeps_others_out = ipc::FileLock::acquire(paths->spawn_lock, deadline);
  if (!keeps_others_out) return keeps_others_out.error();
  if (const auto stopped = stop_daemon(context, "governorctl state restore", deadline);
      !stopped && stopped.error().code != ipc::Errc::no_daemon)
    return stopped.error();
  return ask_governord(context, "restore", file, "restoring the database");
}

int run_restore_state(const Context& context, const StateRequest& request) {
  if (!request.yes) {
    context.err << "governorctl: this puts an earlier state in the place of the present one, which is set "
                   "aside; say --yes to do it\n";
    return static_cast<int>(ExitCode::bad_usage);
  }
  const std::string file = absolute_file(request.file);
  // Before the daemon is asked to leave.
  const auto look = ask_governord(context, "verify", file, "looking at the file");
  if (!look || !flag_field(*look, "ok")) {
    if (look && !context.json) write_verdict_of(context, *look);
    return report_failure(
        context, look ? ipc::Error{ipc::Errc::remote_error, 0, file + " is not sound and was not restored"}
                      : look.error());
  }
  const auto result = restore_state(context, file);
  if (!result) return report_failure(context, result.error());
  if (context.json) {
    context.out << ipc::plain_json(*result) << '\n';
  } else {
    context.out << printable(text_field(*result, "detail")) << "\nThe next client starts the daemon.\n";
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_state(CLI::App& app, Action& action) {
  CLI::App* state = app.add_subcommand("state", "Backups of what governor itself knows");
  state->require_subcommand(1);
  const auto request = std::make_shared<StateRequest>();
  using Run = int (*)(const Context&, const StateRequest&);
  const auto add = [&](const char* name, const char* about, const char* of_file, Run run) {
    CLI::App* command = state->add_subcommand(name, about);
    command->add_option("FILE", request->file, of_file)->required(run != run_verify_state);
    command->callback([&action, request, run] {
      action = [request, run](const Context& context) { return run(context, *request); };
    });
    return command;
  };
  add("backup", "Copies the database while it is in use, and checks the copy", "Where to; a new file",
      run_back_up_state);
  add("verify", "Looks at all of a database; exit code 4 if it is not sound",
      "A backup; without, the database in use", run_verify_state);
  add("restore", "Puts a backup in the place of the database, which is set aside; stops the daemon",
      "A backup, of this governor or an older one", run_restore_state)
      ->add_flag("--yes", request->yes, "Really");
}

}  // namespace governor::ctl
