#include "daemon/mcp/resource_call.hpp"

#include <utility>

#include "daemon/mcp/reply.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {
namespace {

constexpr int kListedAgents = 500;
constexpr int kListedAlerts = 500;
constexpr int kListedLeases = 500;
constexpr int kListedDeployments = 200;
constexpr int kListedApprovals = 500;
constexpr int kHistoryRows = 100;

CallContext as_nobody(const CallContext& context) {
  CallContext nobody{context.state, core::Caller{}, context.now_us, context.changes};
  nobody.begins = context.begins;
  return nobody;
}

class ResourceCall final : public ToolCall {
 public:
  ResourceCall(std::string uri, Revision revision, std::unique_ptr<ToolCall> tool)
      : uri_(std::move(uri)), revision_(revision), tool_(std::move(tool)) {}

  Step run(CallContext& context) override {
    CallContext nobody = as_nobody(context);
    Step step = tool_->run(nobody);
    if (auto* answer = std::get_if<Answer>(&step)) answer->result = shown(std::move(answer->result));
    if (auto* read = std::get_if<Read>(&step)) {
      read->function = [this, function = std::move(read->function)](Store& store) {
        auto error = function(store);
        if (error) error = about_resource(*std::move(error));
        return error;
      };
    }
    return step;
  }

 private:
  [[nodiscard]] core::Result<std::string> shown(core::Result<std::string> content) const {
    if (!content) return about_resource(std::move(content.error()));
    std::string text = "{";
    text.reserve(content->size() * 5 / 4 + 256);
    text += result_preamble(revision_);
    JsonWriter json(text);
    // Stale at once: whoever wants to know of changes subscribes.
    if (is_stateless(revision_)) json.field("ttlMs", 0).field("cacheScope", "private");
    json.key("contents").begin_array().begin_object();
    json.field("uri", uri_).field("mimeType", "application/json").field("text", *content);
    json.end_object().end_array();
    text += '}';
    return text;
  }

  /// The client named a resource and not the argument of a tool.
  core::Error about_resource(core::Error error) const {
    if (error.code != core::ErrorCode::not_found) return error;
    error.field = "uri";
    error.given = uri_;
    return error;
  }

  std::string uri_;
  Revision revision_;
  std::unique_ptr<ToolCall> tool_;
};

std::unique_ptr<ToolCall> tool_call(std::string_view name, const boost::json::object& arguments,
                                    const ToolEnvironment& environment) {
  auto call = find_tool(name)->parse(arguments, environment);
  return std::move(call.value());  // the arguments are ours, and valid
}

std::unique_ptr<ToolCall> make_content_call(const ResourceUri& resource, const ToolEnvironment& environment) {
  using Kind = ResourceUri::Kind;
  boost::json::object arguments;
  switch (resource.kind) {
    case Kind::agents:
      arguments["limit"] = kListedAgents;
      return tool_call("list_agents", arguments, environment);
    case Kind::agent:
      arguments["agent_id"] = resource.agent_id;
      arguments["detail"] = "full";  // who reads a resource shows figures
      return tool_call("get_governance_metrics", arguments, environment);
    case Kind::history:
      arguments["agent_id"] = resource.agent_id;
      arguments["limit"] = kHistoryRows;
      return tool_call("get_system_history", arguments, environment);
    case Kind::alerts:
      arguments["limit"] = kListedAlerts;
      return tool_call("list_alerts", arguments, environment);
    case Kind::leases:
      arguments["limit"] = kListedLeases;
      return tool_call("list_leases", arguments, environment);
    case Kind::deployments:
      arguments["limit"] = kListedDeployments;
      return tool_call("list_deployments", arguments, environment);
    case Kind::deployment:
      arguments["deployment_id"] = resource.deployment_id;
      return tool_call("get_deployment", arguments, environment);
    case Kind::approvals:
      arguments["limit"] = kListedApprovals;
      return tool_call("list_approvals", arguments, environment);
    case Kind::thresholds: return tool_call("get_thresholds", arguments, environment);
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<ToolCall> make_resource_call(std::string uri, const ResourceUri& resource, Revision revision,
                                             const ToolEnvironment& environment) {
  return std::make_unique<ResourceCall>(std::move(uri), revision, make_content_call(resource, environment));
}

}  // namespace governor::daemon
