#include "daemon/tools/agents/tools.hpp"

#include "core/agent_id.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_export.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kOutput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"status":{"const":"deleted"},)"
    R"("backup":{"type":"string"},"rows":{"type":"integer"},"timestamp":{"type":"string"}},)"
    R"("required":["agent_id","status","backup","rows","timestamp"]})";

/// Writes all that is stored of the agent into a file, then marks it deleted. The history stays in the
/// database: its rows are chained.
class DeleteCall final : public AgentCall {
 public:
  DeleteCall(std::string agent_id, core::LifecycleCommand command, std::string directory)
      : AgentCall(std::move(agent_id)), command_(std::move(command)), directory_(std::move(directory)) {}

  std::optional<core::Error> read(Store& store, std::int64_t now_us) {
    if (!backup_) {
      const auto agent = store.load_agent(id());
      if (!agent) return agent.error();
      // What will be refused needs no backup.
      if (!*agent || (*agent)->profile.pinned || (*agent)->profile.status == core::Lifecycle::deleted)
        return std::nullopt;
      backup_.emplace(AgentExport::Request{id(), ExportFormat::json, directory_, {}, now_us});
    }
    return backup_->step(store);
  }

  Step run_on_agent(CallContext& context) override {
    if (!std::exchange(is_read_, true)) {
      return Read{[this, now_us = context.now_us](Store& store) { return read(store, now_us); },
                  [this] { return backup_ && !backup_->done(); }};
    }
    command_.agent_id = id();
    const auto outcome = context.state.change_lifecycle(context.caller, command_, core::Lifecycle::deleted,
                                                        context.now_us, context.changes);
    if (!outcome) return core::Error(outcome.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("agent_id", id()).field("status", "deleted");
    json.field("backup", backup_->result().path).field("rows", backup_->result().rows);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::LifecycleCommand command_;
  std::string directory_;
  bool is_read_ = false;
  std::optional<AgentExport> backup_;
};

constexpr Parameter kDeleteAgentParameters[] = {
    agent_id().required("the id of the agent to delete"),
    flag("confirm", "Must be true").required_by_the_tool(),
    reason(),
    token_of_other(),
};

ParsedCall parse_delete(Arguments& arguments, const ToolEnvironment& environment) {
  std::string agent_id = arguments.agent_id().value_or("");
  const bool confirm = arguments.flag("confirm");
  core::LifecycleCommand command;
  command.reason = arguments.text("reason").value_or("");
  command.token_hash = arguments.token_hash();
  if (!confirm)
    return core::invalid_argument("confirm", "not true", "true, as a deletion is not easily undone");
  return std::make_unique<DeleteCall>(std::move(agent_id), std::move(command),
                                      environment.facts.state_directory + "/deleted");
}

}  // namespace

Tool delete_tool() {
  return {{"delete_agent", Effect::cumulative, kDeleteAgentParameters, parse_delete},
          "agents",
          "Delete an agent",
          "Writes a backup of all that is stored of it, then deletes the agent. Pinned agents refuse.",
          kOutput,
          false,
          true};
}

}  // namespace governor::daemon
