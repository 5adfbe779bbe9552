#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct ExportRequest {
  std::string agent;
  std::string format = "json";
  std::string name;
};

int run_export(const Context& context, const ExportRequest& request) {
  json::object arguments = {{"agent_id", request.agent}, {"format", request.format}};
  if (!request.name.empty()) arguments["filename"] = request.name;
  ToolCommand command{"export_to_file", std::move(arguments)};
  command.patience = std::chrono::minutes(10);
  command.doing = "exporting " + request.agent;
  return run_tool(context, std::move(command), [&](const json::object& result) {
    context.out << printable(text_field(result, "path")) << '\n'
                << count_text(result, "rows") << " updates, " << count_text(result, "bytes")
                << " bytes, SHA-256 " << printable(text_field(result, "sha256")) << '\n';
  });
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("export", "An agent's whole history into a file in the state directory");
  const auto request = std::make_shared<ExportRequest>();
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  command->add_option("--format", request->format, "json or csv")
      ->check(CLI::IsMember({"json", "csv"}))
      ->capture_default_str();
  command->add_option("--name", request->name, "Name of the file; never overwrites another");
  command->footer("The first line of the output is the path. For other places: governorctl history --all.");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_export(context, *request); };
  });
}

}  // namespace governor::ctl
