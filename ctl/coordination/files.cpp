#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/coordination/file_paths.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kFilesPatience{30};

struct FilesRequest {
  std::string path;
  std::int64_t rows = 100;
  std::string at;
  std::int64_t backup = 0;
};

std::string writer_of(const json::object& version) {
  const std::string agent = text_field(version, "agent_id");
  return agent == "-" ? text_field(version, "client") : agent;
}

void write_versions(const Context& context, const json::array& versions) {
  Table table({{"BACKUP", Align::right},
               {"TIME"},
               {"KIND"},
               {"BYTES", Align::right},
               {"LINES", Align::right},
               {"WRITTEN BY"},
               {"SHA256"},
               {"NOTE"}});
  for (const json::value& entry : versions) {
    if (!entry.is_object()) continue;
    const json::object& version = entry.get_object();
    const bool kept = !version.contains("restorable") || flag_field(version, "restorable");
    table.add_row(
        {kept ? Cell(std::to_string(count_field(version, "backup"))) : Cell("not kept", Tone::faint),
         local_text(context, text_field(version, "time")), text_field(version, "kind"),
         count_text(version, "bytes"), count_text(version, "lines"), writer_of(version),
         text_field(version, "sha256").substr(0, 12), text_field(version, "note")});
  }
  context.out << (table.empty() ? "no version of it is known\n" : table.render(context.colour));
}

int run_backups(const Context& context, const FilesRequest& request) {
  const auto deadline = ipc::Deadline::after(kFilesPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments = {{"path", absolute_path(request.path)}};
  const auto versions =
      fetch_rows(*client, {"list_backups", "backups"}, std::move(arguments), request.rows, deadline);
  if (!versions) return report_failure(context, versions.error());
  if (context.json) {
    context.out << ipc::plain_json(rows_json("backups", *versions)) << '\n';
  } else {
    write_versions(context, versions->rows);
    say_if_cut(context, *versions);
  }
  return static_cast<int>(ExitCode::done);
}

int run_restore(const Context& context, const FilesRequest& request) {
  json::object params = {{"path", absolute_path(request.path)}};
  if (!request.at.empty()) params["at"] = typed_moment(request.at);
  if (request.backup > 0) params["backup"] = request.backup;
  ToolCommand command{"governor/restore", std::move(params), std::chrono::minutes(1),
                      "restoring " + request.path};
  return run_method(context, std::move(command), [&](const json::object& result) {
    context.out << printable(text_field(result, "path")) << " is as it was at "
                << printable(local_text(context, text_field(result, "time"))) << ": "
                << count_text(result, "bytes") << " bytes, " << count_text(result, "lines") << " lines\n";
  });
}

}  // namespace

void add_files(CLI::App& app, Action& action) {
  CLI::App* backups = app.add_subcommand("backups", "What a file held before");
  const auto request = std::make_shared<FilesRequest>();
  backups->add_option("PATH", request->path, "The file")->required();
  backups->add_option("--rows", request->rows, "Maximum number, newest first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31))
      ->capture_default_str();
  backups->callback([&action, request] {
    action = [request](const Context& context) { return run_backups(context, *request); };
  });
  CLI::App* restore = app.add_subcommand("restore", "Restores an earlier version of a file");
  const auto back = std::make_shared<FilesRequest>();
  restore->add_option("PATH", back->path, "The file")->required();
  CLI::Option* at = restore->add_option(
      "--at", back->at,
      "What it held at this time, such as 1h (ago) or \"2026-01-31 12:00\"; default: before its last change");
  restore->add_option("--backup", back->backup, "The one that `backups` gives this number")
      ->excludes(at)
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
  restore->callback(
      [&action, back] { action = [back](const Context& context) { return run_restore(context, *back); }; });
}

}  // namespace governor::ctl
