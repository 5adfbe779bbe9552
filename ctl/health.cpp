#include <CLI/CLI.hpp>
#include <chrono>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

// The promise is 200 ms for the whole program; the rest is for starting and ending it.
constexpr std::chrono::milliseconds kHealthPatience{180};

enum class HealthCode { ok = 0, degraded = 1, failing = 2, not_running = 3 };

HealthCode code_of(std::string_view status) {
  if (status == "ok") return HealthCode::ok;
  if (status == "degraded") return HealthCode::degraded;
  return HealthCode::failing;
}

Tone tone_of(HealthCode code) {
  switch (code) {
    case HealthCode::ok: return Tone::good;
    case HealthCode::degraded: return Tone::warning;
    case HealthCode::failing:
    case HealthCode::not_running: break;
  }
  return Tone::bad;
}

// What to say when the daemon said nothing. A daemon that is there and does not answer is the worst case, not
// an unknown one.
json::object without_answer(const ipc::Error& error) {
  const bool absent = error.code == ipc::Errc::no_daemon;
  std::string reason = error.message;
  if (error.code == ipc::Errc::deadline_exceeded) {
    reason = "the daemon did not answer within 180 ms; if it stays so, look for it with: governorctl ps";
  }
  return {{"status", absent ? "not_running" : "failing"}, {"reasons", json::array{json::string(reason)}}};
}

ipc::Result<json::object> ask(const Context& context) {
  const auto deadline = ipc::Deadline::after(kHealthPatience);
  auto client = connect_if_running(context, deadline);
  if (!client) return client.error();
  return call_method(*client, "governor/health", {}, deadline);
}

int run_health(const Context& context) {
  const auto answer = ask(context);
  const json::object health = answer ? *answer : without_answer(answer.error());
  const std::string status = text_field(health, "status");
  const HealthCode code = status == "not_running" ? HealthCode::not_running : code_of(status);
  if (context.json) {
    context.out << ipc::plain_json(health) << '\n';
    return static_cast<int>(code);
  }
  const std::string shown = code == HealthCode::not_running ? "not running" : printable(status);
  context.out << toned(shown, tone_of(code), context.colour) << '\n';
  for (const json::value& reason : array_field(health, "reasons")) {
    if (reason.is_string()) context.out << "  " << printable(reason.get_string()) << '\n';
  }
  return static_cast<int>(code);
}

}  // namespace

void add_health(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("health", "Whether the daemon is healthy, answered within 200 ms");
  command->footer("Exit codes: 0 ok, 1 degraded, 2 failing or not answering, 3 not running.");
  command->callback([&action] { action = run_health; });
}

}  // namespace governor::ctl
