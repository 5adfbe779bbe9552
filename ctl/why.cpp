#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "ctl/commands.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

void write_why(const Context& context, const json::object& result) {
  const json::object& decision = object_field(result, "decision");
  const json::object& evidence = object_field(result, "evidence");
  context.out << printable(text_field(result, "agent_id")) << ": " << text_field(decision, "action") << ". "
              << printable(text_field(decision, "reason")) << '\n';
  if (evidence.empty()) {
    const bool is_judged = number_field(object_field(result, "metrics"), "updates") > 0;
    context.out << (is_judged ? "Its last update rests on what it reported itself; no turn of it was seen.\n"
                              : "It was not judged yet: none of its turns has ended. governorctl agent shows "
                                "what was seen of it.\n");
    return;
  }
  context.out << "Probability that this fails: " << decimal(number_field(evidence, "failure_probability"), 2)
              << (flag_field(evidence, "provisional") ? ", provisionally, as its first turns are\n" : "\n");
  Table reasons({{"WEIGHT", Align::right}, {"REASON"}});
  for (const json::value& reason : array_field(evidence, "reasons")) {
    if (!reason.is_object()) continue;
    reasons.add_row({decimal(number_field(reason.get_object(), "weight"), 2),
                     printable(text_field(reason.get_object(), "text"))});
  }
  if (!reasons.empty()) context.out << '\n' << reasons.render(context.colour);
  Table inputs({{"INPUT"}, {"COMES FROM"}});
  for (const auto& input : object_field(evidence, "inputs"))
    inputs.add_row({std::string(input.key()), text_field(object_field(evidence, "inputs"), input.key())});
  if (!inputs.empty()) context.out << '\n' << inputs.render(context.colour);
}

int run_why(const Context& context, const std::string& agent) {
  ToolCommand command{"get_governance_metrics", {{"agent_id", agent}, {"detail", "full"}}};
  return run_tool(context, std::move(command),
                  [&](const json::object& result) { write_why(context, result); });
}

}  // namespace

void add_why(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("why", "What an agent's last decision rests on, the strongest reason first");
  const auto agent = std::make_shared<std::string>();
  command->add_option("ID", *agent, "The agent")->required();
  command->callback(
      [&action, agent] { action = [agent](const Context& context) { return run_why(context, *agent); }; });
}

}  // namespace governor::ctl
