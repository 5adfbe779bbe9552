#include "daemon/tools/governance/tools.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/serialize.hpp>
#include <cmath>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/arguments.hpp"
#include "ipc/plain_json.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kGetThresholdsOutput =
    R"({"type":"object","properties":{)"
    R"("scope":{"enum":["process","agent"]},"agent_id":{"type":"string"},"own":{"type":"boolean"},)"
    R"("profile":{"enum":["default","strict","evidence","custom"]},"thresholds":{"type":"object"}},)"
    R"("required":["scope","own","profile","thresholds"]})";

constexpr std::string_view kSetOutput =
    R"({"type":"object","properties":{)"
    R"("scope":{"enum":["process","agent"]},"agent_id":{"type":"string"},"own":{"type":"boolean"},)"
    R"("profile":{"enum":["default","strict","evidence","custom"]},"thresholds":{"type":"object"},)"
    R"("changed":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"old":{"type":"number"},"new":{"type":"number"}},"required":["name","old","new"]}}},)"
    R"("required":["scope","own","profile","thresholds","changed"]})";

void write_thresholds(JsonWriter& json, const core::State& state, const core::Agent* agent) {
  const core::Thresholds& thresholds = agent != nullptr ? state.thresholds_of(*agent) : state.thresholds();
  json.field("scope", agent != nullptr ? "agent" : "process");
  if (agent != nullptr) json.field("agent_id", agent->profile.id);
  json.field("own", agent != nullptr && agent->profile.thresholds.has_value());
  json.field("profile", core::profile_name(thresholds));
  json.key("thresholds").begin_object();
  for (const core::ThresholdField& field : core::threshold_fields())
    json.field(field.name, field.get(thresholds));
  json.end_object();
}

class GetThresholdsCall final : public ToolCall {
 public:
  explicit GetThresholdsCall(std::optional<std::string> agent_id) : agent_id_(std::move(agent_id)) {}

  Step run(CallContext& context) override {
    if (context.begins && agent_id_) return Load{{*agent_id_}};
    const core::Agent* agent = agent_id_ ? context.state.find_agent(*agent_id_) : nullptr;
    if (agent_id_ && agent == nullptr) return unknown_agent(*agent_id_);
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    write_thresholds(json, context.state, agent);
    json.end_object();
    return text;
  }

 private:
  std::optional<std::string> agent_id_;
};

class SetCall final : public ToolCall {
 public:
  explicit SetCall(core::ThresholdsCommand command) : command_(std::move(command)) {}

  Step run(CallContext& context) override {
    if (context.begins && !command_.agent_id.empty()) return Load{{command_.agent_id}};
    const auto outcome =
        context.state.set_thresholds(context.caller, command_, context.now_us, context.changes);
    if (!outcome) return core::Error(outcome.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    write_thresholds(json, context.state,
                     command_.agent_id.empty() ? nullptr : context.state.find_agent(command_.agent_id));
    json.key("changed").begin_array();
    for (const core::ThresholdField& field : core::threshold_fields()) {
      const double old_value = field.get(outcome->before);
      const double new_value = field.get(outcome->after);
      if (old_value == new_value) continue;
      json.begin_object()
          .field("name", field.name)
          .field("old", old_value)
          .field("new", new_value)
          .end_object();
    }
    json.end_array().end_object();
    return text;
  }

 private:
  core::ThresholdsCommand command_;
};

constexpr Parameter kGetThresholdsParameters[] = {
    agent_id("Without: those of all agents that have none of their own"),
};

ParsedCall parse_get_thresholds(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  return std::make_unique<GetThresholdsCall>(std::move(agent_id));
}

void read_values(Arguments& arguments, core::ThresholdsCommand& command) {
  const boost::json::object* values = arguments.object("thresholds");
  if (values == nullptr) return;
  for (const auto& item : *values) {
    const std::string name = fmt::format("thresholds.{}", std::string_view(item.key()).substr(0, 64));
    const core::ThresholdField* field = core::find_threshold(item.key());
    boost::system::error_code wrong;
    const double value = item.value().is_number() ? item.value().to_number<double>(wrong) : 0;
    if (field == nullptr) {
      std::vector<std::string_view> known;
      for (const core::ThresholdField& one : core::threshold_fields()) known.push_back(one.name);
      arguments.refuse(
          core::invalid_argument(name, "not a threshold", fmt::format("{}", fmt::join(known, ", "))));
    } else if (!item.value().is_number() || wrong) {
      arguments.refuse(core::invalid_argument(name, ipc::plain_json(item.value()).substr(0, 80), "a number"));
    } else if (field->whole && (value != std::floor(value) || value < 1 || value > 1e6)) {
      arguments.refuse(
          core::invalid_argument(name, fmt::format("{}", value), "a whole number from 1 to 1000000"));
    } else {
      command.values.emplace_back(field, value);
    }
  }
}

constexpr Parameter kSetThresholdsParameters[] = {
    agent_id("Without: for all agents that have none of their own"),
    choice("profile", "default strict evidence", "What to start from; else what holds now"),
    object("thresholds", Parameter::Type::figures, "Single values by name, see get_thresholds"),
    flag("reset", "Back to the defaults; for an agent to those of all").otherwise(false),
    reason(),
    token_of_other(),
};

ParsedCall parse_set(Arguments& arguments, const ToolEnvironment&) {
  core::ThresholdsCommand command;
  command.agent_id = arguments.agent_id().value_or("");
  const std::string_view profile = arguments.choice("profile");
  if (profile == "default") command.profile = core::Thresholds{};
  if (profile == "strict") command.profile = core::Thresholds::strict();
  if (profile == "evidence") command.profile = core::Thresholds::evidence();
  read_values(arguments, command);
  command.reset = arguments.flag("reset");
  command.reason = arguments.text("reason").value_or("");
  command.token_hash = arguments.token_hash();
  if (!command.profile && command.values.empty() && !command.reset) {
    return core::invalid_argument("thresholds", "missing, and so are profile and reset",
                                  "at least one of profile, thresholds and reset");
  }
  return std::make_unique<SetCall>(std::move(command));
}

}  // namespace

std::vector<Tool> threshold_tools() {
  return {
      {{"get_thresholds", Effect::none, kGetThresholdsParameters, parse_get_thresholds},
       "governance",
       "Get thresholds",
       "The figures that decisions and health are judged by.",
       kGetThresholdsOutput},
      {{"set_thresholds", Effect::idempotent, kSetThresholdsParameters, parse_set},
       "governance",
       "Set thresholds",
       "Changes those of your own agent at once, checked together; the reply shows old and new. Those of all "
       "agents are for a person to set.",
       kSetOutput},
  };
}

}  // namespace governor::daemon
