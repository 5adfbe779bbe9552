#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/duration.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::minutes kAuditPatience{2};
constexpr std::chrono::milliseconds kFollowLook{500};
constexpr std::int64_t kMostBetweenLooks = 10'000;
constexpr std::string_view kShuttingDown = "shutting_down";
constexpr std::chrono::hours kVerifyPatience{1};

struct AuditRequest {
  std::string agent;
  std::string event;
  std::string since;
  std::string until;
  std::int64_t rows = 50;
  bool follow = false;
  double follow_seconds = 0;  ///< 0: until it is interrupted
  std::string follow_period;  ///< as typed
};

json::object audit_filters_of(const AuditRequest& request) {
  json::object arguments;
  for (const auto& [name, value] :
       {std::pair("agent_id", &request.agent), std::pair("event", &request.event)}) {
    if (!value->empty()) arguments[name] = *value;
  }
  for (const auto& [name, value] : {std::pair("since", &request.since), std::pair("until", &request.until)}) {
    if (!value->empty()) arguments[name] = typed_moment(*value);
  }
  return arguments;
}

ipc::Result<FetchedRows> fetch_entries(ipc::Client& client, json::object filters, std::int64_t rows) {
  return fetch_rows(client, {"query_audit_log", "entries"}, std::move(filters), rows,
                    ipc::Deadline::after(kAuditPatience));
}

std::string actor_text(const json::object& entry) {
  const json::object& who = object_field(entry, "who");
  const std::string kind = text_field(who, "kind");
  const std::string agent = who.contains("agent_id") ? text_field(who, "agent_id") : "";
  if (kind == "governor") return "governor";
  std::string text = agent.empty() ? "" : "agent " + agent;
  if (kind == "person") text = "a person";
  if (kind == "hook") text = agent.empty() ? "a hook" : "hook of " + agent;
  std::string process = text_field(who, "client");
  if (const std::int64_t pid = count_field(who, "pid"); pid > 0) process += ", pid " + std::to_string(pid);
  return text.empty() ? process : text + " (" + process + ")";
}

void write_entries(const Context& context, const json::array& entries) {
  Table table({{"TIME"}, {"EVENT"}, {"AGENT"}, {"WHO"}, {"DETAIL"}});
  for (const json::value& value : entries) {
    if (!value.is_object()) continue;
    const json::object& entry = value.get_object();
    table.add_row({local_text(context, text_field(entry, "timestamp")), text_field(entry, "event"),
                   text_field(entry, "agent_id"), actor_text(entry), text_field(entry, "detail")});
  }
  context.out << (table.empty() ? "no entries\n" : table.render(context.colour));
}

int run_query(const Context& context, const AuditRequest& request) {
  auto client = connect_to_daemon(context, ipc::Deadline::after(kAuditPatience));
  if (!client) return report_failure(context, client.error());
  const auto entries = fetch_entries(*client, audit_filters_of(request), request.rows);
  if (!entries) return report_failure(context, entries.error());
  if (context.json) {
    context.out << ipc::plain_json(rows_json("entries", *entries)) << '\n';
  } else {
    write_entries(context, entries->rows);
    say_if_cut(context, *entries);
  }
  return static_cast<int>(ExitCode::done);
}

void write_line(const Context& context, const json::object& entry) {
  if (context.json) {
    context.out << ipc::plain_json(entry) << '\n';
    return;
  }
  context.out << printable(local_text(context, text_field(entry, "timestamp"))) << "  "
              << printable(text_field(entry, "event"));
  if (entry.contains("agent_id")) context.out << "  " << printable(text_field(entry, "agent_id"));
  context.out << "  (" << printable(actor_text(entry)) << ")  " << printable(text_field(entry, "detail"))
              << '\n';
}

/// Writes entries as they come, the oldest first. Asked for is what is not older than the last one written,
/// and what was written already at that very time is left out. A daemon that goes away is waited for, since
/// another will have the same log.
class Follower {
 public:
  Follower(const Context& context, const AuditRequest& request) : context_(context), request_(request) {}

  int run() {
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::milliseconds(static_cast<std::int64_t>(request_.follow_seconds * 1000));
    for (;;) {
      if (const auto seen = look(); !seen) {
        if (!has_begun_ || !may_come_back(seen.error())) return report_failure(context_, seen.error());
        if (client_) context_.err << "governorctl: the daemon is gone; waiting for the next one\n";
        client_.reset();
      }
      context_.out.flush();
      const auto now = std::chrono::steady_clock::now();
      if (request_.follow_seconds > 0 && now >= end) return static_cast<int>(ExitCode::done);
      static_cast<void>(ipc::pause_until(ipc::Deadline::after(kFollowLook)));
    }
  }

 private:
  static bool may_come_back(const ipc::Error& error) {
    switch (error.code) {
      case ipc::Errc::closed:
      case ipc::Errc::no_daemon:
      case ipc::Errc::io_error:
      case ipc::Errc::deadline_exceeded: return true;
      case ipc::Errc::remote_error: return error.message.starts_with(kShuttingDown);
      default: return false;
    }
  }

  ipc::Result<void> look() {
    if (!client_) {
      auto client = connect_to_daemon(context_, ipc::Deadline::after(kAuditPatience));
      if (!client) return client.error();
      client_.emplace(*std::move(client));
      if (has_begun_) context_.err << "governorctl: a daemon is there again\n";
    }
    json::object filters = audit_filters_of(request_);
    if (!last_time_.empty()) filters["since"] = last_time_;
    const auto entries =
        fetch_entries(*client_, std::move(filters), has_begun_ ? kMostBetweenLooks : request_.rows);
    if (!entries) return entries.error();
    has_begun_ = true;
    write_new(entries->rows);
    return {};
  }

  void write_new(const json::array& newest_first) {
    for (auto value = newest_first.rbegin(); value != newest_first.rend(); ++value) {
      if (!value->is_object()) continue;
      const json::object& entry = value->get_object();
      const std::string time = text_field(entry, "timestamp");
      if (time > last_time_) {  // ISO 8601 of one form sorts as text
        last_time_ = time;
        written_then_.clear();
      }
      if (written_then_.insert(text_field(entry, "entry")).second) write_line(context_, entry);
    }
  }

  const Context& context_;
  const AuditRequest& request_;
  std::optional<ipc::Client> client_;
  bool has_begun_ = false;
  std::string last_time_;
  std::set<std::string> written_then_;
};

/// A bare number is one of seconds, of which scripts also want parts.
double seconds_of(const std::string& period) {
  char* end = nullptr;
  double seconds = std::strtod(period.c_str(), &end);
  if (*end != '\0') seconds = static_cast<double>(ipc::parse_duration(period).value_or(0));
  if (!(seconds > 0 && seconds < 1e9)) {
    throw CLI::ValidationError("--for",
                               "\"" + printable(period) + "\" is no time; expected: such as 30s, 5m or 1h");
  }
  return seconds;
}

void write_verdict(const Context& context, const json::object& result) {
  const bool intact = flag_field(result, "ok");
  context.out << toned(intact ? "intact" : "NOT INTACT", intact ? Tone::good : Tone::bad, context.colour)
              << ": " << count_text(result, "entries") << " entries of the audit log and "
              << count_text(result, "updates") << " updates";
  if (result.contains("evidence"))
    context.out << ", and " << count_text(result, "evidence") << " of what agents did,";
  context.out << " were checked\n";
  Table table({{"TABLE"}, {"ENTRY", Align::right}, {"PROBLEM"}});
  for (const json::value& value : array_field(result, "problems")) {
    if (!value.is_object()) continue;
    const json::object& problem = value.get_object();
    table.add_row({text_field(problem, "table"), std::to_string(count_field(problem, "entry")),
                   text_field(problem, "problem")});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

int run_verify(const Context& context) {
  ToolCommand command{"governor/audit_verify", {}};
  command.patience = kVerifyPatience;
  command.doing = "checking every entry";
  return run_method(
      context, std::move(command), [&](const json::object& result) { write_verdict(context, result); },
      [](const json::object& result) {
        return static_cast<int>(flag_field(result, "ok") ? ExitCode::done : ExitCode::found);
      });
}

}  // namespace

void add_audit(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("audit", "Who did what, and when")->require_subcommand(0, 1);
  const auto request = std::make_shared<AuditRequest>();
  command->add_option("--agent", request->agent, "Only about this agent");
  command->add_option("--event", request->event, "Only this event, such as update or refused");
  command->add_option("--since", request->since,
                      "Only from this time on, such as 1h (ago) or \"2026-01-31 12:00\"");
  command->add_option("--until", request->until, "Only before this time");
  command->add_option("--rows", request->rows, "Maximum number, newest first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31))
      ->capture_default_str();
  CLI::Option* follow =
      command->add_flag("--follow", request->follow, "Keep printing new entries as they come, oldest first");
  command
      ->add_option("--for", request->follow_period, "With --follow: end after this time, such as 30s or 5m")
      ->needs(follow);
  CLI::App* verify =
      command->add_subcommand("verify", "Checks that nothing was changed, removed or reordered");
  verify->footer("Exit codes: 0 intact, 4 not.");
  verify->callback([&action] { action = run_verify; });
  command->callback([&action, request] {
    if (action) return;  // verify
    if (!request->follow_period.empty()) request->follow_seconds = seconds_of(request->follow_period);
    action = [request](const Context& context) {
      return request->follow ? Follower(context, *request).run() : run_query(context, *request);
    };
  });
}

}  // namespace governor::ctl
