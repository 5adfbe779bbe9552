#include "daemon/tools/agents/tools.hpp"

#include <fmt/format.h>

#include "daemon/tools/agents/agent_export.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/analysis_schemas.hpp"

namespace governor::daemon {
namespace {

class ExportCall final : public AgentCall {
 public:
  ExportCall(std::optional<std::string> agent_id, AgentExport::Request request)
      : AgentCall(std::move(agent_id)), request_(std::move(request)) {}

  Step run_on_agent(CallContext& context) override {
    if (!export_) {
      request_.agent_id = id();
      request_.now_us = context.now_us;
      export_.emplace(request_);
      return Read{[this](Store& store) { return export_->step(store); }, [this] { return !export_->done(); }};
    }
    const ExportedFile& file = export_->result();
    const core::Agent* agent = context.state.find_agent(id());
    context.state.audit(context.caller, "agent_exported", agent != nullptr ? agent->profile.key : 0,
                        fmt::format("{} rows into {}", file.rows, file.path), context.now_us,
                        context.changes);
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("agent_id", id());
    json.field("format", request_.format == ExportFormat::csv ? "csv" : "json").field("path", file.path);
    json.field("rows", file.rows).field("bytes", file.bytes).field("sha256", file.sha256);
    json.end_object();
    return text;
  }

 private:
  AgentExport::Request request_;
  std::optional<AgentExport> export_;
};

constexpr Parameter kExportParameters[] = {
    own_agent_id(),
    choice("format", "json csv").otherwise("json"),
    text("filename", 256, "Default: made of agent and time; never overwrites"),
};

ParsedCall parse_export(Arguments& arguments, const ToolEnvironment& environment) {
  auto agent_id = arguments.agent_id();
  AgentExport::Request request;
  request.format = arguments.choice("format") == "csv" ? ExportFormat::csv : ExportFormat::json;
  const auto filename = arguments.text("filename");
  request.directory = export_directory(environment.facts.state_directory);
  if (filename && file_name_of(*filename).empty()) {
    return core::invalid_argument("filename", fmt::format("\"{}\"", *filename),
                                  "a name with letters or digits in it");
  }
  request.filename = filename.value_or("");
  return std::make_unique<ExportCall>(std::move(agent_id), std::move(request));
}

}  // namespace

std::vector<Tool> export_tools() {
  return {
      {{"export_to_file", Effect::cumulative, kExportParameters, parse_export},
       "governance",
       "Export an agent",
       "Writes an agent's whole history, all epochs, into a new file in the state directory's exports "
       "folder.",
       kExportOutput},
  };
}

}  // namespace governor::daemon
