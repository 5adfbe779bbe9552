#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/deployments/deployment_arguments.hpp"
#include "daemon/tools/deployments/deployment_json.hpp"
#include "daemon/tools/deployments/deployment_schemas.hpp"
#include "daemon/tools/deployments/registry_call.hpp"
#include "daemon/tools/deployments/tools.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxProgressNote = 4096;
constexpr std::size_t kMaxFindingBytes = 16 * 1024;

class ProgressCall final : public AgentCall {
 public:
  ProgressCall(std::optional<std::string> agent_id, std::string token_hash, std::optional<int> progress,
               std::optional<std::string> note)
      : AgentCall(std::move(agent_id)),
        token_hash_(std::move(token_hash)),
        progress_(progress),
        note_(std::move(note)) {}

 protected:
  Step run_on_agent(CallContext& context) override {
    auto updated = context.state.update_progress(context.caller, id(), token_hash_, progress_, note_,
                                                 context.now_us, context.changes);
    if (!updated) return std::move(updated.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("deployment");
    write_deployment(json, **updated);
    if (const std::string note = context.state.budget_note(id(), context.now_us); !note.empty())
      json.field("budget_note", note);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  std::string token_hash_;
  std::optional<int> progress_;
  std::optional<std::string> note_;
};

constexpr Parameter kProgressParameters[] = {
    own_agent_id(),
    integer("progress", 0, 100, "Percent"),
    text("note", kMaxProgressNote, "What it is at"),
    token_of_other(),
};

ParsedCall parse_progress(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  std::optional<int> progress;
  if (const int given = arguments.integer<int>("progress", -1); given >= 0) progress = given;
  auto note = arguments.text("note");
  std::string token_hash = arguments.token_hash();
  if (!progress && !note) arguments.require("progress", "a whole number from 0 to 100, or a note");
  return std::make_unique<ProgressCall>(std::move(agent_id), std::move(token_hash), progress,
                                        std::move(note));
}

class FindingCall final : public AgentCall {
 public:
  FindingCall(std::optional<std::string> agent_id, std::string token_hash, core::Finding finding)
      : AgentCall(std::move(agent_id)), token_hash_(std::move(token_hash)), finding_(std::move(finding)) {}

 protected:
  Step run_on_agent(CallContext& context) override {
    const auto reported = context.state.report_finding(context.caller, id(), token_hash_, finding_,
                                                       context.now_us, context.changes);
    if (!reported) return core::Error(reported.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("deployment_id", id()).field("recorded", true);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  std::string token_hash_;
  core::Finding finding_;
};

constexpr Parameter kFindingParameters[] = {
    text("message", kMaxFindingBytes).not_empty().required("what was found"),
    choice("finding_type", "issue solution insight recommendation").otherwise("insight"),
    choice("severity", "low medium high critical").otherwise("medium"),
    object("data", Parameter::Type::object, "More of it"),
    own_agent_id(),
    token_of_other(),
};

ParsedCall parse_finding(Arguments& arguments, const ToolEnvironment&) {
  core::Finding finding;
  finding.message = arguments.text("message").value_or("");
  finding.type = arguments.choice("finding_type");
  finding.severity = arguments.choice("severity");
  boost::json::object data{{"finding_type", finding.type}, {"severity", finding.severity}};
  if (const boost::json::object* more = arguments.object("data")) data["data"] = *more;
  finding.data = boost::json::serialize(data);
  auto agent_id = arguments.agent_id();
  std::string token_hash = arguments.token_hash();
  if (finding.message.empty()) return core::invalid_argument("message", "empty", "what was found");
  if (finding.data.size() > 2 * kMaxFindingBytes) {
    return core::invalid_argument("data", fmt::format("{} bytes", finding.data.size()),
                                  fmt::format("at most {} bytes of JSON", 2 * kMaxFindingBytes));
  }
  return std::make_unique<FindingCall>(std::move(agent_id), std::move(token_hash), std::move(finding));
}

constexpr Parameter kRegistryParameters[] = {
    flag("dry_run", "false: what is proven is put right").otherwise(true),
};

ParsedCall parse_registry(Arguments& arguments, const ToolEnvironment&) {
  return make_registry_call(arguments.flag("dry_run") ? RegistryCheck::look : RegistryCheck::repair);
}

}  // namespace

std::vector<Tool> deployment_tools() {
  std::vector<Tool> tools{deploy_tool()};
  for (const auto& part : {deployment_views(), deployment_commands()})
    tools.insert(tools.end(), part.begin(), part.end());
  const std::vector<Tool> own{
      {{"update_agent_progress", Effect::idempotent, kProgressParameters, parse_progress},
       "deployments",
       "Report progress",
       "A deployed agent says how far it is, for whoever waits for it.",
       kDeploymentOutput},
      {{"report_agent_finding", Effect::cumulative, kFindingParameters, parse_finding},
       "deployments",
       "Report a finding",
       "A deployed agent tells what it has found; get_deployment shows it.",
       kReportFindingOutput},
      {{"validate_and_repair_registry", Effect::idempotent, kRegistryParameters, parse_registry},
       "deployments",
       "Check the registry",
       "Compares the registry with processes, tmux sessions, worktrees, leases and claims; lists what "
       "differs, and repairs what is proven.",
       kRegistryOutput},
  };
  tools.insert(tools.end(), own.begin(), own.end());
  return tools;
}

}  // namespace governor::daemon
