#include <CLI/CLI.hpp>
#include <chrono>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ipc/daemon_address.hpp"
#include "ipc/paths.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kStatusPatience{5};

Tone status_tone(const std::string& status) {
  if (status == "ok") return Tone::good;
  return status == "degraded" ? Tone::warning : Tone::bad;
}

std::string times(const json::object& object,
                  std::initializer_list<std::pair<const char*, const char*>> fields) {
  std::string text;
  for (const auto& [field, label] : fields) {
    if (!text.empty()) text += ", ";
    text += std::string(label) + ' ' + milliseconds(number_field(object, field));
  }
  return text;
}

std::string idle_exit_text(const json::object& status) {
  const double seconds = number_field(status, "idle_exit_seconds");
  return seconds > 0 ? "after " + duration(seconds) + " without a client" : "never";
}

/// Where the daemon listens, and where this program looked for it if that is another place.
std::string reached_at(const Context& context, const std::string& first_socket) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return first_socket;
  const auto address = ipc::read_daemon_address(paths->state_dir);
  const std::string& socket = address ? address->socket : first_socket;
  return socket == paths->socket ? socket : socket + " (looked at " + paths->socket + " first)";
}

void write_summary(const Context& context, const json::object& status) {
  const std::string word = text_field(status, "status");
  context.out << "governord " << printable(text_field(status, "build")) << ", pid "
              << count_field(status, "pid") << ", up " << duration(number_field(status, "uptime_seconds"))
              << ": " << toned(printable(word), status_tone(word), context.colour) << '\n';
  for (const json::value& reason : array_field(status, "reasons")) {
    if (reason.is_string()) context.out << "  " << printable(reason.get_string()) << '\n';
  }
  const json::object& agents = object_field(status, "agents");
  const std::pair<const char*, std::string> lines[] = {
      {"sessions", count_text(status, "sessions")},
      {"requests", count_text(status, "requests") + ", of them updates " + count_text(status, "updates")},
      {"agents", count_text(agents, "stored") + " stored, " + count_text(agents, "loaded") + " in memory"},
      {"queue", count_text(status, "pending") + " changes wait for the disk, the oldest for " +
                    milliseconds(number_field(status, "oldest_pending_ms"))},
      {"watermark", count_text(status, "watermark") + " of " + count_text(status, "sequence") +
                        " changes are on the disk"},
      {"commits", times(status, {{"commit_p50_ms", "p50"}, {"commit_p99_ms", "p99"}})},
      {"latency",
       times(object_field(status, "latency"), {{"p50_ms", "p50"}, {"p99_ms", "p99"}, {"max_ms", "max"}})},
      {"threads", count_text(status, "io_threads")},
      {"idle exit", idle_exit_text(status)},
      {"socket", reached_at(context, text_field(status, "socket"))},
      {"database", text_field(status, "database")},
      {"log", text_field(status, "log_file")},
  };
  context.out << '\n';
  for (const auto& [label, text] : lines) {
    context.out << "  " << label << std::string(11 - std::string_view(label).size(), ' ') << printable(text)
                << '\n';
  }
}

void write_sessions(const Context& context, const json::object& status) {
  Table table({{"SESSION"},
               {"CLIENT"},
               {"VERSION"},
               {"PID", Align::right},
               {"MCP"},
               {"AGENT"},
               {"UNCONFIRMED", Align::right},
               {"CONNECTED"},
               {"SINCE"}});
  for (const json::value& entry : array_field(status, "session_list")) {
    if (!entry.is_object()) continue;
    const json::object& session = entry.get_object();
    const bool connected = flag_field(session, "connected");
    const std::int64_t pid = count_field(session, "pid");
    table.add_row({text_field(session, "session"), text_field(session, "client"),
                   text_field(session, "client_version"), pid > 0 ? std::to_string(pid) : "-",
                   text_field(session, "revision"), text_field(session, "agent"),
                   count_text(session, "unconfirmed"),
                   Cell(connected ? "yes" : "no", connected ? Tone::good : Tone::warning),
                   relative_text(context, text_field(session, "since"))});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

int run_status(const Context& context) {
  const auto deadline = ipc::Deadline::after(kStatusPatience);
  auto client = connect_if_running(context, deadline);
  if (!client) return report_failure(context, client.error());
  const auto status = call_method(*client, "governor/status", {}, deadline);
  if (!status) return report_failure(context, status.error(), "try: governorctl health");
  if (context.json) {
    context.out << ipc::plain_json(*status) << '\n';
  } else {
    write_summary(context, *status);
    write_sessions(context, *status);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_status(CLI::App& app, Action& action) {
  app.add_subcommand("status", "The daemon, its sessions, queue and latencies")->callback([&action] {
    action = run_status;
  });
}

}  // namespace governor::ctl
