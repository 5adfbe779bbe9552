#include "ctl/agent_standing.hpp"

#include <boost/json/array.hpp>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::size_t kPathsOfLease = 3;

std::string owner_line(const Context& context, const json::object& metadata) {
  const json::object& owner = object_field(metadata, "owner");
  if (owner.empty()) return flag_field(metadata, "shared") ? "every session" : "no session at present";
  return text_field(owner, "client") + ", pid " + std::to_string(count_field(owner, "pid")) + ", since " +
         relative_text(context, text_field(owner, "since"));
}

std::string paths_text(const json::object& lease) {
  const json::array& paths = array_field(lease, "paths");
  std::string text;
  for (std::size_t i = 0; i < paths.size() && i < kPathsOfLease; ++i) {
    if (paths[i].is_string()) text += (text.empty() ? "" : ", ") + std::string(paths[i].get_string());
  }
  if (paths.size() > kPathsOfLease) text += " and " + std::to_string(paths.size() - kPathsOfLease) + " more";
  return text;
}

bool is_over(const json::object& task) {
  const std::string status = text_field(task, "status");
  return status == "done" || status == "failed" || status == "cancelled";
}

}  // namespace

ipc::Result<AgentStanding> fetch_standing(ipc::Client& client, const std::string& agent,
                                          ipc::Deadline deadline) {
  AgentStanding standing;
  auto metadata = call_tool(client, "get_agent_metadata", {{"agent_id", agent}}, deadline);
  if (!metadata) return metadata.error();
  standing.metadata = *std::move(metadata);
  auto leases = fetch_rows(client, {"list_leases", "leases"}, {{"agent_id", agent}}, 0, deadline);
  if (!leases) return leases.error();
  standing.leases = std::move(leases->rows);
  const auto tasks = fetch_rows(client, {"list_tasks", "tasks"}, {{"agent", agent}}, 0, deadline);
  if (!tasks) return tasks.error();
  for (const json::value& task : tasks->rows) {
    if (task.is_object() && !is_over(task.get_object())) standing.tasks.push_back(task);
  }
  return standing;
}

void write_standing(const Context& context, const AgentStanding& standing) {
  const std::string purpose = text_field(standing.metadata, "purpose");
  if (purpose != "-") context.out << "purpose: " << printable(purpose) << '\n';
  context.out << "belongs to: " << printable(owner_line(context, standing.metadata)) << '\n';
  Table leases({{"LEASE", Align::right}, {"MODE"}, {"UNTIL"}, {"PATHS"}});
  for (const json::value& entry : standing.leases) {
    if (!entry.is_object()) continue;
    const json::object& lease = entry.get_object();
    leases.add_row({std::to_string(count_field(lease, "lease")), text_field(lease, "mode"),
                    relative_text(context, text_field(lease, "until")), paths_text(lease)});
  }
  if (!leases.empty()) context.out << '\n' << leases.render(context.colour);
  Table tasks({{"TASK"}, {"STATUS"}, {"PROGRESS", Align::right}, {"TITLE"}});
  for (const json::value& entry : standing.tasks) {
    const json::object& task = entry.get_object();
    tasks.add_row({text_field(task, "task_id"), text_field(task, "status"), count_text(task, "progress"),
                   text_field(task, "title")});
  }
  if (!tasks.empty()) context.out << '\n' << tasks.render(context.colour);
}

}  // namespace governor::ctl
