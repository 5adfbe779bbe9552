#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct CalibrationRequest {
  std::string agent;
};

void write_calibration(const Context& context, const json::object& result) {
  context.out << count_text(result, "with_outcome") << " of " << count_text(result, "predictions")
              << " predictions have an outcome, " << count_text(result, "waiting") << " wait for one\n"
              << "expected calibration error " << decimal(number_field(result, "ece"), 4) << ", Brier score "
              << decimal(number_field(result, "brier"), 4) << '\n';
  Table table({{"CONFIDENCE"},
               {"COUNT", Align::right},
               {"ACCURACY", Align::right},
               {"MEAN CONFIDENCE", Align::right},
               {"ERROR", Align::right}});
  for (const json::value& value : array_field(result, "bins")) {
    if (!value.is_object()) continue;
    const json::object& bin = value.get_object();
    table.add_row({decimal(number_field(bin, "lower"), 2) + " to " + decimal(number_field(bin, "upper"), 2),
                   count_text(bin, "count"), decimal(number_field(bin, "accuracy"), 3),
                   decimal(number_field(bin, "mean_confidence"), 3),
                   decimal(number_field(bin, "calibration_error"), 3)});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

int run_calibration(const Context& context, const CalibrationRequest& request) {
  json::object arguments;
  if (!request.agent.empty()) arguments["agent_id"] = request.agent;
  ToolCommand command{"check_calibration", std::move(arguments)};
  command.patience = std::chrono::minutes(2);
  command.doing = "adding up outcomes";
  return run_tool(context, std::move(command),
                  [&](const json::object& result) { write_calibration(context, result); });
}

}  // namespace

void add_calibration(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("calibration", "How far confidence and outcomes agree");
  const auto request = std::make_shared<CalibrationRequest>();
  command->add_option("--agent", request->agent, "Only this agent's; without, of all");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_calibration(context, *request); };
  });
}

}  // namespace governor::ctl
