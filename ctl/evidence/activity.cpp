#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/evidence/evidence_line.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::minutes kActivityPatience{2};
constexpr std::chrono::milliseconds kActivityLook{500};
struct ActivityRequest {
  std::string agent;
  std::int64_t rows = 50;
  bool follow = false;
};

json::object selection_of(const ActivityRequest& request) {
  if (request.agent.empty()) return {{"everybody", true}};
  return {{"agent_id", request.agent}};
}

ipc::Result<FetchedRows> fetch_newest(ipc::Client& client, const ActivityRequest& request) {
  const PagedList list{"get_evidence", "evidence", "next_before", "before"};
  return fetch_rows(client, list, selection_of(request), request.rows,
                    ipc::Deadline::after(kActivityPatience));
}

std::string who(const json::object& entry, const ActivityRequest& request) {
  return request.agent.empty() ? text_field(entry, "agent_id") : request.agent;
}

void write_line(const Context& context, const json::object& entry, const ActivityRequest& request) {
  if (context.json) {
    context.out << ipc::plain_json(entry) << '\n';
    return;
  }
  context.out << printable(local_text(context, text_field(entry, "timestamp"))) << "  "
              << printable(who(entry, request)) << "  "
              << toned(printable(evidence_text(entry)), evidence_tone(entry), context.colour) << '\n';
}

int show_activity(const Context& context, const ActivityRequest& request) {
  auto client = connect_to_daemon(context, ipc::Deadline::after(kActivityPatience));
  if (!client) return report_failure(context, client.error());
  const auto fetched = fetch_newest(*client, request);
  if (!fetched) return report_failure(context, fetched.error());
  if (context.json) {
    context.out << ipc::plain_json(rows_json("evidence", *fetched)) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  Table table({{"TIME"}, {"AGENT"}, {"WHAT"}, {"FROM"}});
  for (const json::value& value : fetched->rows) {
    if (!value.is_object()) continue;
    const json::object& entry = value.get_object();
    table.add_row({local_text(context, text_field(entry, "timestamp")), who(entry, request),
                   Cell(evidence_text(entry), evidence_tone(entry)), text_field(entry, "provenance")});
  }
  if (table.empty()) {
    context.out << "nothing was seen of "
                << (request.agent.empty() ? std::string("any agent") : printable(request.agent)) << " yet\n";
  } else {
    context.out << table.render(context.colour);
  }
  say_if_cut(context, *fetched);
  return static_cast<int>(ExitCode::done);
}

/// Writes entries as they come, the oldest first. A daemon that goes away is waited for, since another will
/// have the same entries.
class ActivityFollower {
 public:
  ActivityFollower(const Context& context, const ActivityRequest& request)
      : context_(context), request_(request) {}

  int run() {
    for (;;) {
      if (const auto seen = look(); !seen) {
        if (last_ == kNothing) return report_failure(context_, seen.error());
        client_.reset();
      }
      context_.out.flush();
      if (!context_.out) return static_cast<int>(ExitCode::done);  // nobody reads any more
      static_cast<void>(ipc::pause_until(ipc::Deadline::after(kActivityLook)));
    }
  }

 private:
  static constexpr std::int64_t kNothing = -1;

  ipc::Result<void> look() {
    if (!client_) {
      auto client = connect_to_daemon(context_, ipc::Deadline::after(kActivityPatience));
      if (!client) return client.error();
      client_.emplace(*std::move(client));
    }
    if (last_ == kNothing) {
      const auto newest = fetch_newest(*client_, request_);
      if (!newest) return newest.error();
      last_ = 0;
      for (auto value = newest->rows.rbegin(); value != newest->rows.rend(); ++value) write(*value);
      return {};
    }
    const PagedList list{"get_evidence", "evidence", "next_after", "after"};
    json::object arguments = selection_of(request_);
    arguments["after"] = last_;
    const auto more =
        fetch_pages(*client_, list, std::move(arguments), 0, ipc::Deadline::after(kActivityPatience),
                    [this](const json::object&, const json::array& rows) {
                      for (const json::value& value : rows) write(value);
                    });
    return more ? ipc::Result<void>() : more.error();
  }

  void write(const json::value& value) {
    if (!value.is_object()) return;
    const json::object& entry = value.get_object();
    last_ = std::max(last_, count_field(entry, "key"));
    write_line(context_, entry, request_);
  }

  const Context& context_;
  const ActivityRequest& request_;
  std::optional<ipc::Client> client_;
  std::int64_t last_ = kNothing;
};

}  // namespace

void add_activity(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("activity", "What agents did: files, tools, tests, refusals, risky actions");
  const auto request = std::make_shared<ActivityRequest>();
  command->add_option("--agent", request->agent, "Only of this agent");
  command->add_option("--rows", request->rows, "Maximum number, newest first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31))
      ->capture_default_str();
  command->add_flag("--follow", request->follow, "Keep printing new entries as they come, oldest first");
  command->callback([&action, request] {
    action = [request](const Context& context) {
      return request->follow ? ActivityFollower(context, *request).run() : show_activity(context, *request);
    };
  });
}

}  // namespace governor::ctl
