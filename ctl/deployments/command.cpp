#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/deployments/deployment_text.hpp"
#include "ctl/deployments/named_value.hpp"
#include "ctl/duration_option.hpp"
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

constexpr std::chrono::minutes kDeploymentsPatience{2};

struct DeploymentsRequest {
  bool live = false;
  std::string state;
  std::string task;
  std::int64_t rows = 50;
  std::string id;
  std::string text;
  std::string reason;
  bool no_enter = false;
  int history = 20;
  std::int64_t seconds = 0;
  bool fix = false;
  std::vector<std::string> budget;
};

void write_deployment_counts(const Context& context, const json::object& counts) {
  std::string line;
  for (const char* state :
       {"waiting", "stuck", "reserved", "starting", "working", "finished", "failed", "stopped", "lost"}) {
    if (count_field(counts, state) > 0)
      line += (line.empty() ? "" : ", ") + count_text(counts, state) + ' ' + state;
  }
  if (!line.empty()) context.out << '\n' << line << '\n';
}

int run_list_deployments(const Context& context, const DeploymentsRequest& request) {
  const auto deadline = ipc::Deadline::after(kDeploymentsPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments{{"live", request.live}};
  if (!request.state.empty()) arguments["state"] = request.state;
  if (!request.task.empty()) arguments["task_id"] = request.task;
  FetchedRows fetched;
  json::object counts;
  const auto more =
      fetch_pages(*client, {"list_deployments", "deployments"}, std::move(arguments), request.rows, deadline,
                  [&](const json::object& page, const json::array& rows) {
                    fetched.rows.insert(fetched.rows.end(), rows.begin(), rows.end());
                    counts = object_field(page, "counts");
                  });
  if (!more) return report_failure(context, more.error());
  fetched.more = *more;
  if (context.json) {
    json::object all = rows_json("deployments", fetched);
    all["counts"] = std::move(counts);
    context.out << ipc::plain_json(all) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  Table table(
      {{"DEPLOYMENT"}, {"STATE"}, {"SINCE"}, {"RUNNER"}, {"TASK"}, {"PROGRESS", Align::right}, {"WHY"}});
  for (const json::value& entry : fetched.rows) {
    if (!entry.is_object()) continue;
    const json::object& deployment = entry.get_object();
    table.add_row({text_field(deployment, "deployment_id"),
                   Cell(deployment_state(deployment), deployment_tone(deployment)),
                   relative_text(context, text_field(deployment, "since")), text_field(deployment, "runner"),
                   text_field(deployment, "task_id"), count_text(deployment, "progress"),
                   text_field(deployment, "why")});
  }
  context.out << (table.empty() ? "no such deployment\n" : table.render(context.colour));
  write_deployment_counts(context, counts);
  say_if_cut(context, fetched);
  return static_cast<int>(ExitCode::done);
}

void write_history(const Context& context, const json::object& result) {
  Table table({{"TIME"}, {"EVENT"}, {"STATE"}, {"BY"}, {"NOTE"}});
  for (const json::value& entry : array_field(result, "history")) {
    if (!entry.is_object()) continue;
    const json::object& event = entry.get_object();
    table.add_row({local_text(context, text_field(event, "timestamp")), text_field(event, "event"),
                   text_field(event, "state"), text_field(event, "client"), text_field(event, "note")});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

int run_show_deployment(const Context& context, const DeploymentsRequest& request) {
  return run_tool(
      context,
      {"get_deployment", {{"deployment_id", request.id}, {"history", request.history}}, kDeploymentsPatience},
      [&](const json::object& result) {
        write_deployment(context, object_field(result, "deployment"));
        write_history(context, result);
      });
}

int run_deployment_diff(const Context& context, const DeploymentsRequest& request) {
  return run_tool(
      context,
      {"get_deployment_diff", {{"deployment_id", request.id}, {"limit", 1024 * 1024}}, kDeploymentsPatience},
      [&](const json::object& result) {
        const std::string difference = text_field(result, "diff");
        if (difference == "-") {
          context.out << "nothing has changed on " << printable(text_field(result, "branch")) << '\n';
        } else {
          write_text_lines(context, difference);
        }
      });
}

/// With the reason, if one was given.
json::object decided(const DeploymentsRequest& request) {
  json::object arguments{{"deployment_id", request.id}};
  if (!request.reason.empty()) arguments["reason"] = request.reason;
  return arguments;
}

int run_merge_deployment(const Context& context, const DeploymentsRequest& request) {
  return run_method(
      context, {"governor/deployment_merge", decided(request), kDeploymentsPatience},
      [&](const json::object& result) { write_text_lines(context, text_field(result, "result")); });
}

int run_discard_deployment(const Context& context, const DeploymentsRequest& request) {
  return run_method(context, {"governor/deployment_discard", decided(request), kDeploymentsPatience},
                    [&](const json::object&) {
                      context.out << "the worktree of " << printable(request.id) << " is removed\n";
                    });
}

int run_continue_deployment(const Context& context, const DeploymentsRequest& request) {
  json::object arguments = decided(request);
  if (!request.budget.empty()) arguments["budget"] = budget_of(request.budget);
  return run_method(
      context, {"governor/deployment_continue", std::move(arguments), kDeploymentsPatience},
      [&](const json::object& result) { write_deployment(context, object_field(result, "deployment")); });
}

int run_send_input(const Context& context, const DeploymentsRequest& request) {
  return run_tool(context,
                  {"send_input",
                   {{"deployment_id", request.id}, {"text", request.text}, {"enter", !request.no_enter}},
                   kDeploymentsPatience},
                  [&](const json::object& result) {
                    const json::value* sent = result.if_contains("sent");
                    const bool is_sent = sent != nullptr && sent->is_bool() && sent->get_bool();
                    context.out << (is_sent ? "sent\n" : printable(text_field(result, "note")) + '\n');
                  });
}

/// 0 when it went well: for scripts that deploy and wait.
int judge_end(const json::object& result) {
  const std::string state = text_field(object_field(result, "deployment"), "state");
  return static_cast<int>(state == "finished" ? ExitCode::done : ExitCode::failed);
}

/// The daemon answers a client that is not told how far its call is within a minute, so it is asked again.
int run_wait_deployment(const Context& context, const DeploymentsRequest& request) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(request.seconds);
  for (;;) {
    const auto deadline = ipc::Deadline::after(kDeploymentsPatience);
    auto client = connect_to_daemon(context, deadline);
    if (!client) return report_failure(context, client.error());
    const auto left =
        std::chrono::duration_cast<std::chrono::seconds>(end - std::chrono::steady_clock::now()).count();
    const std::int64_t wait = request.seconds == 0 ? 50 : std::clamp<std::int64_t>(left, 0, 50);
    const auto result = call_tool(*client, "wait_deployment",
                                  {{"deployment_id", request.id}, {"wait_seconds", wait}}, deadline);
    if (!result) return report_failure(context, result.error());
    const bool timed_out = flag_field(*result, "timed_out");
    if (timed_out && (request.seconds == 0 || left > 50)) continue;
    if (context.json) {
      context.out << ipc::plain_json(*result) << '\n';
    } else {
      write_deployment(context, object_field(*result, "deployment"));
    }
    return judge_end(*result);
  }
}

int run_repair(const Context& context, const DeploymentsRequest& request) {
  return run_tool(
      context, {"validate_and_repair_registry", {{"dry_run", !request.fix}}, kDeploymentsPatience},
      [&](const json::object& result) {
        Table table({{"DEPLOYMENT"}, {"FAULT"}, {"WHAT"}, {"REPAIR"}});
        for (const json::value& entry : array_field(result, "differences")) {
          if (!entry.is_object()) continue;
          const json::object& difference = entry.get_object();
          const char* repair = flag_field(difference, "repaired")     ? "done"
                               : flag_field(difference, "repairable") ? "possible: --fix"
                                                                      : "not proven";
          table.add_row({text_field(difference, "deployment_id"), text_field(difference, "fault"),
                         text_field(difference, "what"), repair});
        }
        context.out << (table.empty() ? "the registry is what there is\n" : table.render(context.colour));
      },
      [](const json::object& result) {
        const bool is_left = count_field(result, "count") > count_field(result, "repaired");
        return static_cast<int>(is_left ? ExitCode::found : ExitCode::done);
      });
}

}  // namespace

void add_deployments(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("deployments", "Headless agents; those that need you come first")
                          ->require_subcommand(0, 1);
  const auto request = std::make_shared<DeploymentsRequest>();
  const auto add_filters = [&](CLI::App* to) {
    to->add_flag("--live", request->live, "Only those that are not over");
    to->add_option("--state", request->state, "Only those in this state")
        ->check(CLI::IsMember({"reserved", "starting", "working", "waiting", "stuck", "finished", "failed",
                               "stopped", "lost"}));
    to->add_option("--task", request->task, "Only those of this task");
    to->add_option("--rows", request->rows, "How many at most; 0: all")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 31))
        ->capture_default_str();
  };
  using Run = int (*)(const Context&, const DeploymentsRequest&);
  const auto does = [&action, request](CLI::App* sub, Run run) {
    sub->callback([&action, request, run] {
      action = [request, run](const Context& context) { return run(context, *request); };
    });
  };
  const auto of_one = [&](const char* name, const char* help, Run run) {
    CLI::App* sub = command->add_subcommand(name, help);
    sub->add_option("ID", request->id, "The deployment, as the list names it")->required();
    does(sub, run);
    return sub;
  };
  add_filters(command);
  CLI::App* list = command->add_subcommand("list", "Shows them, as does `deployments` alone");
  add_filters(list);
  does(list, run_list_deployments);
  of_one("show", "One with its history and what its agent found", run_show_deployment)
      ->add_option("--history", request->history, "How many of its newest events to show")
      ->check(CLI::Range(0, 500))
      ->capture_default_str();
  of_one("diff", "What its worktree has that its base has not", run_deployment_diff);
  const auto takes_reason = [request](CLI::App* sub) {
    sub->add_option("--reason", request->reason, "Why, for the audit log");
    return sub;
  };
  takes_reason(of_one(
      "merge", "Merges its branch into what the project has checked out; on a conflict nothing changes",
      run_merge_deployment));
  takes_reason(
      of_one("discard", "Removes its worktree, with what is in it and nowhere else", run_discard_deployment));
  takes_reason(
      of_one("continue",
             "Lets one go on that waits for its budget or its next start, or that is over and can go on "
             "with its session",
             run_continue_deployment))
      ->add_option("--budget", request->budget,
                   "The new figures: turns=N, tokens=N, cost_usd=N or seconds=N; several are allowed. "
                   "Default: as much again of what is used up")
      ->check(check_named_value);
  CLI::App* input = of_one("input", "Sends text to its terminal", run_send_input);
  input->add_option("TEXT", request->text, "The answer")->required();
  input->add_flag("--no-enter", request->no_enter, "Without a line end after it");
  CLI::App* wait = of_one("wait", "Waits until it is over or needs you; exit code 0 if it finished well",
                          run_wait_deployment);
  takes_durations(wait->add_option("--for,--seconds", request->seconds,
                                   "At most so many seconds, or such as 15m; 0: as long as it takes"))
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{30} * 86'400))
      ->capture_default_str();
  CLI::App* repair =
      command->add_subcommand("repair", "Compares the registry with processes, tmux and worktrees");
  repair->add_flag("--fix", request->fix, "Puts right what is proven");
  does(repair, run_repair);
  command->callback([&action, request] {
    if (!action)
      action = [request](const Context& context) { return run_list_deployments(context, *request); };
  });
}

}  // namespace governor::ctl
