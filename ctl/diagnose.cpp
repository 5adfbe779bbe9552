#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kDiagnosisPatience{30};
constexpr std::size_t kSlowestShown = 10;  // --json has all

struct DiagnosisRequest {
  std::string directory;
  bool remove_stale = false;
  bool exit_code = false;
};

std::string who_text(const json::object& object) {
  const std::int64_t pid = count_field(object, "pid");
  return text_field(object, "client") + (pid > 0 ? ", pid " + std::to_string(pid) : "");
}

void write_queues(const Context& context, const json::object& result) {
  const json::object& queues = object_field(result, "queues");
  context.out << count_text(queues, "calls") << " calls wait, " << count_text(queues, "agents_loading")
              << " agents are loaded, " << count_text(queues, "changes_not_durable")
              << " changes are on their way to the disk, " << count_text(queues, "store_jobs")
              << " jobs wait for the store\n";
}

void write_waiting(const Context& context, const json::object& result) {
  Table table({{"CALL"}, {"AGENT"}, {"WHO"}, {"WAITS FOR"}, {"SINCE", Align::right}});
  for (const json::value& value : array_field(result, "waiting")) {
    if (!value.is_object()) continue;
    const json::object& call = value.get_object();
    std::string what = text_field(call, "waits_for");
    if (call.contains("behind")) what += ": " + text_field(call, "behind");
    table.add_row({text_field(call, "tool"), text_field(call, "agent_id"), who_text(call), what,
                   milliseconds(number_field(call, "waited_ms"))});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

void write_waits(const Context& context, const json::object& result) {
  Table table({{"WAITS SO FAR"},
               {"COUNT", Align::right},
               {"P50", Align::right},
               {"P99", Align::right},
               {"LONGEST", Align::right}});
  for (const auto& item : object_field(result, "waits")) {
    if (!item.value().is_object()) continue;
    const json::object& times = item.value().get_object();
    table.add_row({std::string(item.key()), count_text(times, "count"),
                   milliseconds(number_field(times, "p50_ms")), milliseconds(number_field(times, "p99_ms")),
                   milliseconds(number_field(times, "max_ms"))});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

void write_slowest(const Context& context, const json::object& result) {
  Table table({{"SLOWEST"}, {"AGENT"}, {"TOOK", Align::right}, {"WHEN"}});
  std::size_t shown = 0;
  for (const json::value& value : array_field(result, "slowest")) {
    if (!value.is_object() || ++shown > kSlowestShown) continue;
    const json::object& operation = value.get_object();
    table.add_row({text_field(operation, "tool"), text_field(operation, "agent_id"),
                   milliseconds(number_field(operation, "duration_ms")),
                   relative_text(context, text_field(operation, "timestamp"))});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
  if (shown > kSlowestShown)
    context.out << "and " << shown - kSlowestShown << " less slow ones, which --json has\n";
}

void write_conflicts(const Context& context, const json::object& result) {
  Table table({{"CONFLICTS, LAST HOUR"}, {"AGENT"}, {"HELD BY"}, {"COUNT", Align::right}, {"LAST"}});
  for (const json::value& value : array_field(result, "conflicts")) {
    if (!value.is_object()) continue;
    const json::object& conflict = value.get_object();
    table.add_row({text_field(conflict, "code"), text_field(conflict, "agent_id"),
                   who_text(object_field(conflict, "holder")), count_text(conflict, "count"),
                   relative_text(context, text_field(conflict, "last"))});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

Tone verdict_tone(std::string_view state) {
  if (state == "dead") return Tone::bad;
  return state == "alive" ? Tone::good : Tone::warning;
}

void write_locks(const Context& context, const json::object& report) {
  context.out << "lock files in " << printable(text_field(report, "directory")) << ": "
              << count_text(report, "dead") << " dead, " << count_text(report, "unknown") << " unknown, "
              << count_text(report, "alive") << " in use\n";
  if (report.contains("incomplete_because")) {
    context.out << "not everything was looked at: " << printable(text_field(report, "incomplete_because"))
                << '\n';
  }
  Table table({{"STATE"}, {"AGE", Align::right}, {"PATH"}, {"WHY"}});
  for (const json::value& value : array_field(report, "locks")) {
    if (!value.is_object()) continue;
    const json::object& lock = value.get_object();
    const std::string state = text_field(lock, "state");
    std::string why = text_field(lock, "reason");
    if (flag_field(lock, "removed")) why += "; removed";
    if (lock.contains("kept_because")) why += "; kept: " + text_field(lock, "kept_because");
    table.add_row({Cell(state, verdict_tone(state)), duration(number_field(lock, "age_seconds")),
                   text_field(lock, "path"), why});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

/// The daemon's own directory is not this one's.
std::string absolute(const std::string& path) {
  std::error_code error;
  const auto made = std::filesystem::absolute(path, error);
  return error ? path : made.lexically_normal().string();
}

int run_cleanup(const Context& context, const DiagnosisRequest& request) {
  ToolCommand command{"cleanup_stale_locks",
                      {{"directory", absolute(request.directory)}, {"dry_run", false}}};
  command.patience = kDiagnosisPatience;
  command.doing = "looking for lock files";
  return run_tool(
      context, std::move(command),
      [&](const json::object& result) {
        context.out << count_text(result, "removed") << " removed\n";
        write_locks(context, result);
      },
      [&](const json::object& result) {
        const bool left = count_field(result, "dead") > count_field(result, "removed");
        return static_cast<int>(request.exit_code && left ? ExitCode::found : ExitCode::done);
      });
}

int run_diagnose(const Context& context, const DiagnosisRequest& request) {
  json::object arguments;
  if (!request.directory.empty()) arguments["directory"] = absolute(request.directory);
  ToolCommand command{"diagnose_concurrency", std::move(arguments)};
  command.patience = kDiagnosisPatience;
  command.doing = "asking the daemon";
  const auto write = [&](const json::object& result) {
    write_queues(context, result);
    write_waiting(context, result);
    write_waits(context, result);
    write_slowest(context, result);
    write_conflicts(context, result);
    if (!result.contains("legacy_locks")) return;
    context.out << '\n';
    write_locks(context, object_field(result, "legacy_locks"));
  };
  return run_tool(context, std::move(command), write, [&](const json::object& result) {
    const bool stale = count_field(object_field(result, "legacy_locks"), "dead") > 0;
    return static_cast<int>(request.exit_code && stale ? ExitCode::found : ExitCode::done);
  });
}

}  // namespace

void add_diagnose(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("diagnose", "Who waits for what, and lock files left behind");
  const auto request = std::make_shared<DiagnosisRequest>();
  CLI::Option* directory =
      command
          ->add_option("--directory", request->directory,
                       "Look here for lock files of other programs and whether their owners live")
          ->type_name("DIR");
  command->add_flag("--remove-stale", request->remove_stale, "Remove those whose owner is proven dead")
      ->needs(directory);
  command->add_flag("--exit-code", request->exit_code, "Exit with 4 if there are such lock files (still)")
      ->needs(directory);
  command->callback([&action, request] {
    action = [request](const Context& context) {
      return request->remove_stale ? run_cleanup(context, *request) : run_diagnose(context, *request);
    };
  });
}

}  // namespace governor::ctl
