#include "daemon/mcp/agent_id_completion.hpp"

#include <utility>

#include "core/agent_id.hpp"
#include "daemon/mcp/reply.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxValues = 100;  // of the protocol

class AgentIdCompletion final : public ToolCall {
 public:
  AgentIdCompletion(std::string prefix, Revision revision)
      : prefix_(std::move(prefix)), revision_(revision) {}

  std::optional<core::Error> read(Store& store) {
    auto ids = store.list_agent_ids(prefix_, kMaxValues + 1);
    if (!ids) return ids.error();
    ids_ = *std::move(ids);
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins && is_possible()) return Read{[this](Store& store) { return read(store); }};
    return completion_json(std::move(ids_), revision_);
  }

 private:
  /// Whether any id can begin so.
  [[nodiscard]] bool is_possible() const {
    return prefix_.empty() || !core::validate_agent_id("value", prefix_);
  }

  std::string prefix_;
  Revision revision_;
  std::vector<std::string> ids_;
};

/// Newest first.
class DeploymentIdCompletion final : public ToolCall {
 public:
  DeploymentIdCompletion(std::string prefix, Revision revision)
      : prefix_(std::move(prefix)), revision_(revision) {}

  Step run(CallContext& context) override {
    std::vector<std::string> ids;
    context.state.deployments().visit([&](const core::Deployment& deployment) {
      if (deployment.order.id.starts_with(prefix_)) ids.push_back(deployment.order.id);
      return ids.size() <= kMaxValues;
    });
    return completion_json(std::move(ids), revision_);
  }

 private:
  std::string prefix_;
  Revision revision_;
};

}  // namespace

std::string completion_json(std::vector<std::string> values, Revision revision) {
  const bool more = values.size() > kMaxValues;
  if (more) values.resize(kMaxValues);
  std::string text = "{";
  text += result_preamble(revision);
  JsonWriter json(text);
  json.key("completion").begin_object().key("values").begin_array();
  for (const std::string& value : values) json.value(value);
  json.end_array();
  if (!more) json.field("total", static_cast<std::uint64_t>(values.size()));
  json.field("hasMore", more).end_object();
  text += '}';
  return text;
}

std::unique_ptr<ToolCall> make_deployment_id_completion(std::string prefix, Revision revision) {
  return std::make_unique<DeploymentIdCompletion>(std::move(prefix), revision);
}

std::unique_ptr<ToolCall> make_agent_id_completion(std::string prefix, Revision revision) {
  return std::make_unique<AgentIdCompletion>(std::move(prefix), revision);
}

}  // namespace governor::daemon
