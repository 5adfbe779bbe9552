#include "ctl/guard/hook_request.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "ctl/guard/ancestors.hpp"
#include "text/path_text.hpp"

namespace governor::ctl {

namespace json = boost::json;

json::object hook_origin(const HookCall& call) {
  json::array pids;
  for (const pid_t pid : ancestors()) pids.emplace_back(pid);
  std::string cwd = call.cwd;
  if (cwd.empty()) {
    std::error_code ignored;
    cwd = std::filesystem::current_path(ignored).string();
  }
  json::object params;
  params["agent_kind"] = "claude-code";
  params["agent_session"] = call.session;
  params["pids"] = std::move(pids);
  params["cwd"] = text::path_text(cwd);
  if (!call.tool.empty()) params["tool"] = call.tool.substr(0, 64);
  if (!call.subagent.empty()) params["subagent"] = call.subagent;
  if (!call.tool_use.empty()) params["tool_use"] = call.tool_use;
  return params;
}

std::string project_directory(const Context& context, const HookCall& call) {
  const auto project = context.environment.lookup("CLAUDE_PROJECT_DIR");
  return project ? std::string(*project) : call.cwd;
}

}  // namespace governor::ctl
