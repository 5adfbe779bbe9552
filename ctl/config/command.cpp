#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>

#include "ctl/commands.hpp"
#include "ctl/config/edit.hpp"
#include "ctl/config/ide_text.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/printable.hpp"
#include "ipc/plain_json.hpp"
#include "text/lines.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

int run_config_path(const Context& context) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return report_failure(context, paths.error());
  if (context.json) {
    context.out << ipc::plain_json(json::object{{"path", printable(paths->config_file)}}) << '\n';
  } else {
    context.out << printable(paths->config_file) << '\n';
  }
  return static_cast<int>(ExitCode::done);
}

int run_config_show(const Context& context) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return report_failure(context, paths.error());
  bool exists = false;
  const auto text = read_config(paths->config_file, exists);
  if (!text) return report_failure(context, text.error());
  if (context.json) {
    json::object body{
        {"path", printable(paths->config_file)}, {"exists", exists}, {"settings", json::object()}};
    json::parse_options comments;
    comments.allow_comments = comments.allow_trailing_commas = true;
    boost::system::error_code failure;
    const json::value settings = exists ? json::parse(*text, failure, {}, comments) : json::object();
    body["settings"] = failure ? json::value() : settings;
    context.out << ipc::plain_json(body) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  if (!exists) {
    context.out << "There is no " << printable(paths->config_file)
                << ": everything has its default. To write one: governorctl config edit\n";
    return static_cast<int>(ExitCode::done);
  }
  for (const std::string_view line : text::lines_of(*text)) context.out << printable(line) << '\n';
  return static_cast<int>(ExitCode::done);
}

int run_config_check(const Context& context) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return report_failure(context, paths.error());
  bool exists = false;
  if (const auto text = read_config(paths->config_file, exists); !text)
    return report_failure(context, text.error());
  const auto checked = check_config(context, *paths, paths->config_file, paths->config_file);
  if (!checked && (!context.json || checked.error().code != ipc::Errc::start_failed))
    return report_failure(context, checked.error());
  if (context.json) {
    json::object body{
        {"path", printable(paths->config_file)}, {"exists", exists}, {"good", checked.has_value()}};
    if (!checked) body["message"] = printable(checked.error().message);
    context.out << ipc::plain_json(body) << '\n';
  } else {
    context.out << printable(paths->config_file)
                << (exists ? " is good\n" : " does not exist; everything has its default, which is good\n");
  }
  return static_cast<int>(checked ? ExitCode::done : ExitCode::failed);
}

}  // namespace

void add_config(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("config",
                                         "The daemon's configuration; alone, the text for an IDE's MCP "
                                         "configuration")
                          ->require_subcommand(0, 1);
  const auto add = [&](const char* name, const char* what, int (*run)(const Context&)) {
    command->add_subcommand(name, what)->callback([&action, run] { action = run; });
  };
  add("check", "Whether a daemon would start with it", run_config_check);
  add("show", "What is in it", run_config_show);
  add("path", "Where it is", run_config_path);
  const auto request = std::make_shared<EditRequest>();
  CLI::App* edit = command->add_subcommand(
      "edit", "Opens it in your editor ($VISUAL or $EDITOR), on a copy that is checked first");
  edit->add_flag("--restart", request->restart, "Restart the daemon afterwards, so that it uses it");
  edit->callback([&action, request] {
    action = [request](const Context& context) { return edit_config(context, *request); };
  });
  command->callback([&action] {
    if (!action) action = write_ide_text;
  });
}

}  // namespace governor::ctl
