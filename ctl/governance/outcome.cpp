#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct OutcomeRequest {
  std::string prediction;
  std::string outcome;
  std::string source = "person";
  std::string detail;
};

int run_outcome(const Context& context, const OutcomeRequest& request) {
  json::object arguments{{"prediction_id", request.prediction},
                         {"correct", request.outcome == "right"},
                         {"source", request.source}};
  if (!request.detail.empty()) arguments["detail"] = request.detail;
  return run_tool(context, {"record_outcome", std::move(arguments)}, [&](const json::object& result) {
    context.out << printable(text_field(result, "prediction_id")) << " turned out "
                << (flag_field(result, "correct") ? "right" : "wrong") << "; its confidence was "
                << decimal(number_field(result, "confidence"), 2)
                << (flag_field(result, "replaced") ? "; it was said the other way round before" : "") << '\n';
  });
}

}  // namespace

void add_outcome(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("record-outcome", "Says whether what an agent did turned out right");
  const auto request = std::make_shared<OutcomeRequest>();
  command
      ->add_option("PREDICTION", request->prediction,
                   "The prediction_id of the update: the agent's id and a number, such as ada/3")
      ->required();
  command->add_option("OUTCOME", request->outcome, "right or wrong")
      ->required()
      ->check(CLI::IsMember({"right", "wrong"}));
  command->add_option("--source", request->source, "Who or what told it")
      ->check(CLI::IsMember({"person", "test", "exit_code"}))
      ->capture_default_str();
  command->add_option("--detail", request->detail, "What happened");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_outcome(context, *request); };
  });
}

}  // namespace governor::ctl
