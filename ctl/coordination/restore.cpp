#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "ctl/coordination/directory_restoration.hpp"
#include "ctl/coordination/file_paths.hpp"
#include "ctl/coordination/files.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/progress.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/plain_json.hpp"
#include "text/path_text.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;
using What = FileOutcome::What;

constexpr std::chrono::seconds kRestorePatience{30};

struct RestoreRequest {
  VersionRequest version;
  bool dry_run = false;
};

/// What is said of a directory: one that is gone is named with a slash at its end.
bool names_a_directory(const std::string& path) {
  std::error_code failure;
  return path.ends_with('/') || std::filesystem::is_directory(text::path_bytes(path), failure);
}

int run_restore_file(const Context& context, const RestoreRequest& request) {
  ToolCommand command{"governor/restore", request.version.params(), std::chrono::minutes(1),
                      "restoring " + request.version.path};
  return run_method(context, std::move(command), [&](const json::object& result) {
    context.out << printable(text_field(result, "path")) << " is as it was at "
                << printable(local_text(context, text_field(result, "time"))) << ": "
                << count_text(result, "bytes") << " bytes, " << count_text(result, "lines") << " lines\n";
  });
}

int try_restore_file(const Context& context, const RestoreRequest& request) {
  const auto deadline = ipc::Deadline::after(kRestorePatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  const auto backup = fetch_backup(*client, request.version, deadline);
  if (!backup) return report_failure(context, backup.error());
  if (context.json) {
    json::object body = backup->version;
    body["dry_run"] = true;
    context.out << ipc::plain_json(body) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  const std::string path = text_field(backup->version, "path");
  context.out << printable(path) << (backup->exists ? " would be as it was: " : " would be removed: ")
              << printable(version_text(context, backup->version));
  if (backup->exists)
    context.out << ", " << count_text(backup->version, "bytes") << " bytes, "
                << count_text(backup->version, "lines") << " lines";
  context.out << "\nWhat that would change: governorctl backups diff " << text::shell_word(printable(path))
              << " --backup " << count_field(backup->version, "backup") << '\n';
  return static_cast<int>(ExitCode::done);
}

Cell outcome_cell(What what, bool dry_run) {
  switch (what) {
    case What::restored: return {dry_run ? "would be restored" : "restored", Tone::good};
    case What::removed: return {dry_run ? "would be removed" : "removed", Tone::warning};
    case What::unchanged: return {"unchanged", Tone::faint};
    case What::not_known: return {"not known then", Tone::faint};
    case What::not_kept: return {"not kept", Tone::bad};
    case What::failed: break;
  }
  return {dry_run ? "cannot be restored" : "failed", Tone::bad};
}

void write_restoration(const Context& context, const DirectoryRestoration& restoration) {
  Table table({{"FILE"}, {"OUTCOME"}, {"BACKUP", Align::right}, {"FROM"}, {"WHY"}});
  const std::string prefix = restoration.path == "/" ? "/" : restoration.path + "/";
  for (const FileOutcome& file : restoration.files) {
    if (file.what == What::unchanged) continue;
    const std::string name = file.path.starts_with(prefix) ? file.path.substr(prefix.size()) : file.path;
    table.add_row({name, outcome_cell(file.what, restoration.dry_run),
                   file.backup > 0 ? std::to_string(file.backup) : "-",
                   file.time.empty() ? "-" : local_text(context, file.time), file.message});
  }
  if (!table.empty()) context.out << table.render(context.colour) << '\n';
  const auto count = [&](What what) { return grouped(restoration.count(what)); };
  const char* be = restoration.dry_run ? " would be" : "";
  context.out << printable(restoration.path) << " as of " << printable(local_text(context, restoration.at))
              << ": " << count(What::restored) << be << " restored, " << count(What::removed) << be
              << " removed, " << count(What::unchanged) << " unchanged, " << count(What::not_known)
              << " not known then, "
              << grouped(restoration.count(What::not_kept) + restoration.count(What::failed))
              << (restoration.dry_run ? " cannot be restored\n" : " not restored\n");
}

int run_restore_directory(const Context& context, const RestoreRequest& request) {
  const std::string& typed = request.version.path;
  if (request.version.at.empty()) {
    context.err
        << "governorctl: " << printable(typed)
        << (request.version.backup > 0
                ? " is a directory, and a backup is of one file; give the file, or a time with --at\n"
                : " is a directory; say to which time it is to be restored, such as --at \"3 min ago\"\n");
    return static_cast<int>(ExitCode::bad_usage);
  }
  auto client = connect_to_daemon(context, ipc::Deadline::after(kRestorePatience));
  if (!client) return report_failure(context, client.error());
  DirectoryRestoration restoration;
  restoration.dry_run = request.dry_run;
  const auto finished = [&] {
    Progress progress(context.err, context.err_on_terminal,
                      (request.dry_run ? "comparing " : "restoring ") + printable(typed));
    return restore_directory(*client, absolute_path(typed), typed_moment(request.version.at), restoration,
                             [&](std::size_t done, std::size_t known) { progress.advance_to(done, known); });
  }();
  if (restoration.files.empty()) {
    return report_failure(
        context, finished ? ipc::Error{ipc::Errc::not_found, 0,
                                       "no version of any file below " + typed +
                                           " is known: governor keeps what agents write through it, and what "
                                           "changes in directories that it watches (governorctl watch)"}
                          : finished.error());
  }
  // What was done before the daemon went away is done.
  if (context.json) {
    json::object body = to_json(restoration);
    if (!finished) body["error"] = finished.error().message;
    context.out << ipc::plain_json(body) << '\n';
  } else {
    write_restoration(context, restoration);
    if (!finished) context.err << "governorctl: " << printable(finished.error().message) << '\n';
  }
  const bool is_left = restoration.count(What::failed) + restoration.count(What::not_kept) > 0;
  return static_cast<int>(is_left || !finished ? ExitCode::failed : ExitCode::done);
}

int run_restore(const Context& context, const RestoreRequest& request) {
  if (names_a_directory(request.version.path)) return run_restore_directory(context, request);
  return request.dry_run ? try_restore_file(context, request) : run_restore_file(context, request);
}

}  // namespace

void add_restore(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("restore", "Restores an earlier version of a file, or all files of a directory");
  const auto request = std::make_shared<RestoreRequest>();
  command
      ->add_option("PATH", request->version.path,
                   "The file, or the directory; a directory that is gone ends with a slash")
      ->required();
  takes_version(command, request->version);
  command->add_flag("--dry-run", request->dry_run, "Only tell what it would do");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_restore(context, *request); };
  });
}

}  // namespace governor::ctl
