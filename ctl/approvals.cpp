#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/shared/order.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/duration.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kApprovalsPatience{30};

struct ApprovalsRequest {
  bool all = false;
  std::int64_t rows = 100;
  bool exit_code = false;
  std::int64_t approval = 0;
  std::string note;
  std::string period;
  std::string on;
};

Tone status_tone_of(const std::string& status) {
  if (status == "open") return Tone::warning;
  if (status == "approved") return Tone::good;
  return status == "denied" ? Tone::bad : Tone::faint;
}

/// `denied by a person with governorctl`.
std::string standing_of(const json::object& approval) {
  const std::string status = text_field(approval, "status");
  const std::string by = text_field(object_field(approval, "answer"), "by");
  return by == "-" ? status : status + " by " + by;
}

void write_approval_table(const Context& context, const json::array& approvals) {
  Table table({{"REQUEST", Align::right}, {"STATUS"}, {"KIND"}, {"SINCE"}, {"UNTIL"}, {"ASKS"}, {"WHY"}});
  for (const json::value& entry : approvals) {
    if (!entry.is_object()) continue;
    const json::object& approval = entry.get_object();
    table.add_row({std::to_string(count_field(approval, "approval")),
                   Cell(standing_of(approval), status_tone_of(text_field(approval, "status"))),
                   text_field(approval, "kind"), relative_text(context, text_field(approval, "created")),
                   relative_text(context, text_field(approval, "expires")), text_field(approval, "asks"),
                   text_field(approval, "why")});
  }
  context.out << (table.empty() ? "nothing waits for your word\n" : table.render(context.colour));
}

int run_list_approvals(const Context& context, const ApprovalsRequest& request) {
  const auto deadline = ipc::Deadline::after(kApprovalsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments = {{"status", request.all ? "all" : "open"}};
  const auto approvals =
      fetch_rows(*client, {"list_approvals", "approvals"}, std::move(arguments), request.rows, deadline);
  if (!approvals) return report_failure(context, approvals.error());
  if (context.json) {
    context.out << ipc::plain_json(rows_json("approvals", *approvals)) << '\n';
  } else {
    write_approval_table(context, approvals->rows);
    say_if_cut(context, *approvals);
  }
  return static_cast<int>(request.exit_code && !approvals->rows.empty() ? ExitCode::found : ExitCode::done);
}

void write_one_approval(const Context& context, const json::object& approval) {
  const std::string status = text_field(approval, "status");
  const auto line = [&](const char* name, const std::string& value) {
    if (value != "-") context.out << name << ": " << printable(value) << '\n';
  };
  context.out << "request " << count_field(approval, "approval") << ": "
              << printable(text_field(approval, "asks")) << '\n'
              << toned(printable(standing_of(approval)), status_tone_of(status), context.colour) << '\n';
  line("why", text_field(approval, "why"));
  for (const json::value& path : array_field(approval, "paths"))
    if (path.is_string()) line("path", std::string(path.get_string()));
  line("from", text_field(approval, "client"));
  line("since", local_text(context, text_field(approval, "created")));
  if (status == "open") {
    line("until", local_text(context, text_field(approval, "expires")));
    line("without an answer", text_field(approval, "without_answer"));
  }
  const json::object& answer = object_field(approval, "answer");
  line("answered", local_text(context, text_field(answer, "time")));
  line("note", text_field(answer, "note"));
  if (approval.contains("until")) line("holds until", local_text(context, text_field(approval, "until")));
  if (approval.contains("used")) line("used", local_text(context, text_field(approval, "used")));
}

int run_show_approval(const Context& context, const ApprovalsRequest& request) {
  return run_tool(context, {"get_approval", {{"approval", request.approval}}},
                  [&](const json::object& approval) { write_one_approval(context, approval); });
}

int run_answer(const Context& context, const ApprovalsRequest& request, bool approve) {
  json::object params = {{"approval", request.approval}, {"approve", approve}};
  if (!request.note.empty()) params["note"] = request.note;
  if (!request.period.empty()) {
    const auto seconds = ipc::parse_duration(request.period);
    if (!seconds || *seconds <= 0) {
      context.err << "governorctl: --for " << printable(request.period)
                  << " is no time; expected: a time with its unit, such as 90s, 15m, 2h or 1d\n";
      return static_cast<int>(ExitCode::bad_usage);
    }
    params["seconds"] = *seconds;
  }
  ToolCommand command{"governor/approval_answer", std::move(params)};
  command.on = request.on;
  return run_method(context, std::move(command),
                    [&](const json::object& approval) { write_one_approval(context, approval); });
}

void add_number(CLI::App* command, const std::shared_ptr<ApprovalsRequest>& request) {
  command->add_option("REQUEST", request->approval, "Its number")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
}

}  // namespace

void add_approvals(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("approvals", "What waits for your word, and your answers")->require_subcommand(0, 1);
  const auto request = std::make_shared<ApprovalsRequest>();
  command->add_flag("--all", request->all, "Also those that are over");
  command->add_option("--rows", request->rows, "Maximum number, newest first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31))
      ->capture_default_str();
  command->add_flag("--exit-code", request->exit_code, "Exit with 4 if there are any");
  CLI::App* list = command->add_subcommand("list", "Shows them, as does `approvals` alone");
  CLI::App* show = command->add_subcommand("show", "One of them");
  add_number(show, request);
  CLI::App* approve = command->add_subcommand("approve", "Agrees: what was asked for happens");
  add_number(approve, request);
  approve->add_option("--note", request->note, "For whoever asked");
  approve->add_option("--for", request->period, "How long a file is unlocked (default: 15m)");
  CLI::App* deny = command->add_subcommand("deny", "Refuses");
  add_number(deny, request);
  deny->add_option("--note", request->note, "For whoever asked");
  for (CLI::App* answer : {approve, deny}) add_on(answer, request->on);
  const auto run_list = [request](const Context& context) { return run_list_approvals(context, *request); };
  list->callback([&action, run_list] { action = run_list; });
  show->callback([&action, request] {
    action = [request](const Context& context) { return run_show_approval(context, *request); };
  });
  approve->callback([&action, request] {
    action = [request](const Context& context) { return run_answer(context, *request, true); };
  });
  deny->callback([&action, request] {
    action = [request](const Context& context) { return run_answer(context, *request, false); };
  });
  command->callback([&action, run_list] {
    if (!action) action = run_list;
  });
}

}  // namespace governor::ctl
