// What a file held before: the list, one of them, and how it differs from what the file holds now.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/coordination/backup_content.hpp"
#include "ctl/coordination/file_paths.hpp"
#include "ctl/coordination/files.hpp"
#include "ctl/coordination/text_diff.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/records/file_tree.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ipc/plain_json.hpp"
#include "text/base64.hpp"
#include "text/lines.hpp"
#include "text/path_text.hpp"
#include "text/utf8.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kBackupsPatience{30};

struct BackupsRequest {
  VersionRequest version;
  std::int64_t rows = 100;
  bool exit_code = false;
};

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

int run_list_backups(const Context& context, const BackupsRequest& request) {
  const auto deadline = ipc::Deadline::after(kBackupsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments = {{"path", absolute_path(request.version.path)}};
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

/// As it is where a program reads it; for a person's terminal, so that it cannot control it.
void write_backup_content(const Context& context, const std::string& bytes) {
  if (!context.out_on_terminal) {
    context.out << bytes;
    return;
  }
  for (const std::string_view line : text::lines_of(bytes)) context.out << printable(line) << '\n';
}

int run_cat_backup(const Context& context, const BackupsRequest& request) {
  const auto deadline = ipc::Deadline::after(kBackupsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  auto content = fetch_backup(*client, request.version, deadline);
  if (!content) return report_failure(context, content.error());
  if (context.json) {
    json::object body = std::move(content->version);
    if (content->exists && text::is_utf8(content->bytes)) {
      body["text"] = content->bytes;
    } else if (content->exists) {
      body["base64"] = text::base64(content->bytes);
    }
    context.out << ipc::plain_json(body) << '\n';
  } else if (content->exists) {
    write_backup_content(context, content->bytes);
  } else {
    context.err << "governorctl: there was no such file then ("
                << printable(version_text(context, content->version)) << ")\n";
    return static_cast<int>(ExitCode::failed);
  }
  return static_cast<int>(ExitCode::done);
}

Tone tone_of_line(std::string_view line) {
  if (line.starts_with("@@")) return Tone::faint;
  if (line.starts_with('+')) return Tone::good;
  return line.starts_with('-') ? Tone::bad : Tone::plain;
}

void write_backup_diff(const Context& context, const std::string& diff) {
  if (!context.out_on_terminal && !context.colour) {
    context.out << diff;
    return;
  }
  for (const std::string_view line : text::lines_of(diff))
    context.out << toned(printable(line), tone_of_line(line), context.colour) << '\n';
}

/// What is there now; none: no file is.
ipc::Result<std::optional<std::string>> read_present(const std::string& path) {
  std::error_code failure;
  const std::string bytes_of_path = text::path_bytes(path);
  if (!std::filesystem::exists(std::filesystem::symlink_status(bytes_of_path, failure)))
    return std::optional<std::string>();
  const auto tree = records::FileTree::open(bytes_of_path);
  if (!tree) return tree.error();
  if (!tree->is_single_file()) return ipc::Error{ipc::Errc::invalid_path, 0, path + " is a directory now"};
  std::vector<records::PassedOver> none;
  auto content = tree->read(tree->files(none).front());
  if (!content) return content.error();
  return std::optional(*std::move(content));
}

int run_diff_backup(const Context& context, const BackupsRequest& request) {
  const auto deadline = ipc::Deadline::after(kBackupsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  const auto backup = fetch_backup(*client, request.version, deadline);
  if (!backup) return report_failure(context, backup.error());
  const std::string path = text_field(backup->version, "path");
  const auto now = read_present(path);
  if (!now) return report_failure(context, now.error());
  const std::string present = now->value_or("");
  const bool differs = now->has_value() != backup->exists || present != backup->bytes;
  const bool is_binary_content = is_binary(present) || is_binary(backup->bytes);
  std::string diff;
  if (differs && !is_binary_content) {
    diff = "--- " + (now->has_value() ? path : "/dev/null") + "\tnow\n" + "+++ " +
           (backup->exists ? path : "/dev/null") + "\t" + version_text(context, backup->version) + "\n" +
           text_diff(present, backup->bytes);
  }
  if (context.json) {
    json::object body = backup->version;
    body["differs"] = differs;
    body["binary"] = is_binary_content;
    body["diff"] = text::is_utf8(diff) ? json::value(diff) : json::value();
    context.out << ipc::plain_json(body) << '\n';
  } else if (!differs) {
    context.err << "no difference: " << printable(path) << " holds what it held then ("
                << printable(version_text(context, backup->version)) << ")\n";
  } else if (is_binary_content) {
    context.out << "binary: " << grouped(static_cast<std::int64_t>(present.size())) << " bytes now, "
                << grouped(static_cast<std::int64_t>(backup->bytes.size())) << " then ("
                << printable(version_text(context, backup->version)) << ")\n";
  } else {
    write_backup_diff(context, diff);
  }
  return static_cast<int>(request.exit_code && differs ? ExitCode::found : ExitCode::done);
}

}  // namespace

void takes_version(CLI::App* command, VersionRequest& version) {
  CLI::Option* at = command->add_option(
      "--at", version.at,
      "What it held at this time, such as 1h (ago) or \"2026-01-31 12:00\"; default: before its last change");
  command->add_option("--backup", version.backup, "The one that `backups` gives this number")
      ->excludes(at)
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
}

void add_backups(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("backups", "What a file held before")->require_subcommand(0, 1);
  const auto request = std::make_shared<BackupsRequest>();
  const auto takes_rows = [&](CLI::App* to) {
    to->add_option("--rows", request->rows, "Maximum number, newest first")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31))
        ->capture_default_str();
  };
  const auto list = [request](const Context& context) {
    if (!request->version.path.empty()) return run_list_backups(context, *request);
    context.err << "governorctl: say which file: governorctl backups PATH\n";
    return static_cast<int>(ExitCode::bad_usage);
  };
  command->add_option("PATH", request->version.path, "The file");
  takes_rows(command);
  CLI::App* listing = command->add_subcommand("list", "Shows them, as does `backups PATH`");
  listing->add_option("PATH", request->version.path, "The file")->required();
  takes_rows(listing);
  listing->callback([&action, list] { action = list; });

  const auto of_one = [&](const char* name, const char* what,
                          int (*run)(const Context&, const BackupsRequest&)) {
    CLI::App* sub = command->add_subcommand(name, what);
    const auto wanted = std::make_shared<BackupsRequest>();
    sub->add_option("PATH", wanted->version.path, "The file")->required();
    takes_version(sub, wanted->version);
    sub->callback([&action, wanted, run] {
      action = [wanted, run](const Context& context) { return run(context, *wanted); };
    });
    return std::pair(sub, wanted);
  };
  of_one("cat", "Writes what it held then", run_cat_backup);
  const auto [diff, wanted] = of_one("diff", "What bringing it back would change", run_diff_backup);
  diff->add_flag("--exit-code", wanted->exit_code, "Exit with 4 if there is a difference");
  command->callback([&action, list] {
    if (!action) action = list;
  });
}

void add_files(CLI::App& app, Action& action) {
  add_backups(app, action);
  add_restore(app, action);
}

}  // namespace governor::ctl
