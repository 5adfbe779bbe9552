#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/coordination/file_paths.hpp"
#include "ctl/coordination/process_stopped.hpp"
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
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kLeasesPatience{30};
constexpr std::size_t kShownPaths = 3;

struct LeasesRequest {
  std::string path;
  std::string agent;
  std::int64_t lease = 0;
  std::string reason;
  std::string on;
};

std::string paths_of(const json::object& claim) {
  const json::array& paths = array_field(claim, "paths");
  std::string text;
  for (std::size_t i = 0; i < paths.size() && i < kShownPaths; ++i) {
    if (!paths[i].is_string()) continue;
    text += (text.empty() ? "" : ", ") + std::string(paths[i].get_string());
  }
  if (paths.size() > kShownPaths) text += " and " + std::to_string(paths.size() - kShownPaths) + " more";
  return text;
}

// What keeps a holder from ever releasing it is what a person is looking for.
Cell state_of(const json::object& lease) {
  if (lease.contains("session_ended")) return {"its session is gone", Tone::warning};
  if (is_stopped(static_cast<pid_t>(count_field(lease, "pid")))) return {"its process is stopped", Tone::bad};
  return {"held", Tone::plain};
}

std::string pid_of(const json::object& claim) {
  const auto pid = count_field(claim, "pid");
  return pid > 0 ? std::to_string(pid) : "-";
}

struct Leases {
  json::array open;
  json::array waiting;
};

void write_leases(const Context& context, const Leases& leases) {
  Table table({{"LEASE", Align::right},
               {"STATE"},
               {"MODE"},
               {"AGENT"},
               {"CLIENT"},
               {"PID", Align::right},
               {"SINCE"},
               {"UNTIL"},
               {"PATHS"},
               {"REASON"}});
  for (const json::value& entry : leases.open) {
    if (!entry.is_object()) continue;
    const json::object& lease = entry.get_object();
    table.add_row({std::to_string(count_field(lease, "lease")), state_of(lease), text_field(lease, "mode"),
                   text_field(lease, "agent_id"), text_field(lease, "client"), pid_of(lease),
                   relative_text(context, text_field(lease, "since")),
                   relative_text(context, text_field(lease, "until")), paths_of(lease),
                   text_field(lease, "reason")});
  }
  for (const json::value& entry : leases.waiting) {
    if (!entry.is_object()) continue;
    const json::object& waiter = entry.get_object();
    table.add_row({"-", Cell("waiting", Tone::faint), text_field(waiter, "mode"),
                   text_field(waiter, "agent_id"), text_field(waiter, "client"), pid_of(waiter),
                   relative_text(context, text_field(waiter, "since")), "-", paths_of(waiter)});
  }
  context.out << (table.empty() ? "No open leases.\n" : table.render(context.colour));
}

std::string holder_in(const json::object& lease) {
  const std::string name = text_field(lease, lease.contains("agent_id") ? "agent_id" : "client");
  const std::string branch = text_field(lease, "branch");
  return name + (branch == "-" ? " in " + text_field(lease, "worktree") : " on branch " + branch);
}

// The same files in several working trees of one repository: no lease is in the way, and yet they will meet.
void write_elsewhere(const Context& context, const Leases& leases) {
  for (const json::value& entry : leases.open) {
    if (!entry.is_object()) continue;
    const json::object& lease = entry.get_object();
    std::string others;
    for (const json::value& other : array_field(lease, "elsewhere")) {
      if (!other.is_object() || count_field(other.get_object(), "lease") < count_field(lease, "lease"))
        continue;
      others += ", lease " + std::to_string(count_field(other.get_object(), "lease")) + " of " +
                holder_in(other.get_object());
    }
    if (others.empty()) continue;
    context.out << "Also held in another worktree: " << printable(paths_of(lease)) << ": lease "
                << count_field(lease, "lease") << " of " << printable(holder_in(lease)) << printable(others)
                << '\n';
  }
}

int run_list_leases(const Context& context, const LeasesRequest& request) {
  const auto deadline = ipc::Deadline::after(kLeasesPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments;
  if (!request.path.empty()) arguments["path"] = absolute_path(request.path);
  if (!request.agent.empty()) arguments["agent_id"] = request.agent;
  Leases leases;
  const auto fetched = fetch_pages(*client, {"list_leases", "leases"}, std::move(arguments), 0, deadline,
                                   [&](const json::object& page, const json::array& rows) {
                                     leases.open.insert(leases.open.end(), rows.begin(), rows.end());
                                     leases.waiting = array_field(page, "waiting");
                                   });
  if (!fetched) return report_failure(context, fetched.error());
  if (context.json) {
    const json::object body = {
        {"leases", leases.open}, {"waiting", leases.waiting}, {"count", leases.open.size()}};
    context.out << ipc::plain_json(body) << '\n';
  } else {
    write_leases(context, leases);
    write_elsewhere(context, leases);
  }
  return static_cast<int>(ExitCode::done);
}

int run_break(const Context& context, const LeasesRequest& request) {
  json::object arguments = {{"lease", request.lease}, {"reason", request.reason}};
  ToolCommand command{"governor/lease_break", std::move(arguments)};
  command.on = request.on;
  return run_method(context, std::move(command), [&](const json::object& lease) {
    context.out << "lease " << count_field(lease, "lease") << " of "
                << printable(text_field(lease, lease.contains("agent_id") ? "agent_id" : "client")) << " on "
                << printable(paths_of(lease)) << " is broken; who waits for it gets it now\n";
  });
}

/// Who may write a path now, and if nobody else may, why.
int run_check_lease(const Context& context, const LeasesRequest& request) {
  json::object arguments{{"path", absolute_path(request.path)}};
  if (!request.agent.empty()) arguments["agent_id"] = request.agent;
  return run_tool(context, {"check_write", std::move(arguments)}, [&](const json::object& result) {
    const Leases leases{array_field(result, "holders"), {}};
    const bool may = flag_field(result, "may_write");
    const bool is_free = !may && leases.open.empty();
    const std::string who = request.agent.empty() ? "nobody else" : "agent " + printable(request.agent);
    const std::string answer =
        may       ? who + " may write it, with lease " + std::to_string(count_field(result, "lease"))
        : is_free ? "nobody has it; whoever asks for a lease gets one"
                  : who + (request.agent.empty() ? " may write it now" : " may not write it now");
    context.out << printable(text_field(result, "path")) << ": "
                << toned(answer, may || is_free ? Tone::good : Tone::warning, context.colour) << '\n';
    if (!leases.open.empty()) {
      context.out << '\n';
      write_leases(context, leases);
    }
  });
}

}  // namespace

void add_leases(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("leases", "Who may write which files, and who is waiting");
  command->require_subcommand(0, 1);
  const auto request = std::make_shared<LeasesRequest>();
  command->add_option("--path", request->path, "Only those in the way of this path")->type_name("PATH");
  command->add_option("--agent", request->agent, "Only those of this agent");
  CLI::App* list = command->add_subcommand("list", "Shows them, as does `leases` alone");
  const auto asked = std::make_shared<LeasesRequest>();
  CLI::App* check = command->add_subcommand("check", "Who may write a path now");
  check->add_option("PATH", asked->path, "The file")->required();
  check->add_option("--agent", asked->agent, "Whether this agent may");
  CLI::App* breaking =
      command->add_subcommand("break", "Ends a lease, whoever holds it, and tells the holder");
  breaking->add_option("LEASE", request->lease, "Its number")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
  breaking->add_option("--reason", request->reason, "Why, for the audit log and the holder")->required();
  add_on(breaking, request->on);
  const auto show = [request](const Context& context) { return run_list_leases(context, *request); };
  list->callback([&action, show] { action = show; });
  check->callback([&action, asked] {
    action = [asked](const Context& context) { return run_check_lease(context, *asked); };
  });
  breaking->callback([&action, request] {
    action = [request](const Context& context) { return run_break(context, *request); };
  });
  command->callback([&action, show] {
    if (!action) action = show;
  });
}

}  // namespace governor::ctl
