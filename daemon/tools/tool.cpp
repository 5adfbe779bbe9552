#include "daemon/tools/tool.hpp"

#include <algorithm>
#include <utility>

#include "daemon/tools/agents/tools.hpp"
#include "daemon/tools/approvals/tools.hpp"
#include "daemon/tools/coordination/tools.hpp"
#include "daemon/tools/deployments/tools.hpp"
#include "daemon/tools/evidence/tools.hpp"
#include "daemon/tools/governance/tools.hpp"
#include "daemon/tools/server/tools.hpp"
#include "daemon/tools/tasks/tools.hpp"

namespace governor::daemon {
namespace {

std::vector<Tool>& added_tools() {
  static std::vector<Tool> added;
  return added;
}

}  // namespace

void add_tools(std::vector<Tool> tools) {
  added_tools() = std::move(tools);
}

const std::vector<Tool>& all_tools() {
  static const std::vector<Tool> kTools = [] {
    std::vector<Tool> all;
    for (const auto& group :
         {governance_tools(),  agent_tools(),     server_tools(),
          fleet_view_tools(),  metadata_tools(),  alert_tools(),
          lifecycle_tools(),   threshold_tools(), audit_tools(),
          diagnosis_tools(),   analysis_tools(),  fleet_tools(),
          calibration_tools(), telemetry_tools(), export_tools(),
          lease_tools(),       evidence_tools(),  std::vector{commit_tool(), predict_conflicts_tool()},
          backup_tools(),      task_tools(),      deployment_tools(),
          approval_tools(),    added_tools()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    return all;
  }();
  return kTools;
}

const Tool* find_tool(std::string_view name) {
  const auto& tools = all_tools();
  const auto found =
      std::find_if(tools.begin(), tools.end(), [&](const Tool& tool) { return tool.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

}  // namespace governor::daemon
