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

// What governor said of the risk of failure, against what came of it.
void write_failures(const Context& context, const json::object& result) {
  const json::value* found = result.if_contains("failure_probability");
  if (!found || !found->is_object()) return;
  const json::object& failures = found->get_object();
  context.out << "\nprobability of failure, of " << count_text(failures, "count")
              << " judgements from evidence with an outcome: AUROC "
              << decimal(number_field(failures, "auroc"), 3) << ", expected calibration error "
              << decimal(number_field(failures, "ece"), 4) << ", Brier score "
              << decimal(number_field(failures, "brier"), 4) << '\n';
  const json::object& shipped = object_field(failures, "shipped");
  const json::object& learned = object_field(failures, "learned");
  if (!shipped.empty() && !learned.empty()) {
    context.out << "as shipped, without what was learned: AUROC "
                << decimal(number_field(shipped, "auroc"), 3) << ", expected calibration error "
                << decimal(number_field(shipped, "ece"), 4) << ", Brier score "
                << decimal(number_field(shipped, "brier"), 4) << '\n'
                << "learned from " << count_text(learned, "outcomes")
                << " outcomes of all agents: log-odds moved by " << decimal(number_field(learned, "shift"), 2)
                << ", signals count " << decimal(number_field(learned, "scale"), 2) << " times\n";
  }
  Table table(
      {{"PROBABILITY FROM"}, {"COUNT", Align::right}, {"SAID", Align::right}, {"FAILED", Align::right}});
  for (const json::value& value : array_field(failures, "bins")) {
    if (!value.is_object()) continue;
    const json::object& bin = value.get_object();
    table.add_row({decimal(number_field(bin, "lower"), 1), count_text(bin, "count"),
                   decimal(number_field(bin, "said"), 3), decimal(number_field(bin, "failed"), 3)});
  }
  if (!table.empty()) context.out << '\n' << table.render(context.colour);
}

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
  write_failures(context, result);
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
