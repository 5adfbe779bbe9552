// show_fleet: what needs a person, in one answer; clients that show apps show it as a list to look at.
#include <fmt/format.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/tools/arguments.hpp"
#include "daemon/tools/call_sequence.hpp"
#include "daemon/tools/server/tools.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr int kMostShown = 50;

constexpr std::string_view kFleetOutput =
    R"({"type":"object","properties":{"overview":{"type":"object"},)"
    R"("approvals":{"type":"array","items":{"type":"object"}},)"
    R"("critical":{"type":"array","items":{"type":"object"}}},"required":["overview","approvals","critical"]})";

/// What other calls answer, one after the other, each under its name.
class FleetCall final : public ToolCall {
 public:
  struct Part {
    std::string_view name;
    std::string_view member;  ///< of the part's answer, which is shown alone; empty: all of it
  };

  FleetCall(std::vector<Part> parts, std::vector<std::unique_ptr<ToolCall>> calls)
      : parts_(std::move(parts)), calls_(std::move(calls)) {}

  Step run(CallContext& context) override {
    if (context.begins) shown_ = {};
    auto step = calls_.run(context, [this](std::size_t at, const std::string& answer) {
      const Part& part = parts_[at];
      json::value value = json::parse(answer);
      shown_[part.name] = part.member.empty() ? std::move(value) : value.at(part.member);
    });
    if (step) return *std::move(step);
    return json::serialize(shown_);
  }

  void finish_unseen(CallContext& context) override { calls_.finish_unseen(context); }

 private:
  std::vector<Part> parts_;
  CallSequence calls_;  ///< in the order of the parts
  json::object shown_;
};

ParsedCall parse_fleet(Arguments&, const ToolEnvironment& environment) {
  struct Asked {
    std::string_view name, member;
    core::Result<std::unique_ptr<ToolCall>> call;
  };
  const auto tool = [&](std::string_view name, const json::object& arguments) -> ParsedCall {
    return find_tool(name)->parse(arguments, environment);
  };
  std::array<Asked, 3> all{{
      {"overview", "", overview_request().parse({{"agents", 1}}, environment)},
      {"approvals", "approvals", tool("list_approvals", {{"status", "open"}, {"limit", kMostShown}})},
      {"critical", "agents",
       tool("list_agents", {{"status", "active"}, {"health", "critical"}, {"limit", kMostShown}})},
  }};
  std::vector<FleetCall::Part> parts;
  std::vector<std::unique_ptr<ToolCall>> calls;
  for (Asked& one : all) {
    if (!one.call) return std::move(one.call.error());
    parts.push_back({one.name, one.member});
    calls.push_back(std::move(one.call.value()));
  }
  return std::make_unique<FleetCall>(std::move(parts), std::move(calls));
}

std::size_t size_of(const json::object& object, std::string_view name) {
  const json::value* list = object.if_contains(name);
  return list == nullptr || !list->is_array() ? 0 : list->get_array().size();
}

std::string text_of(const json::value& object, std::string_view name) {
  const json::value* text = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return text == nullptr || !text->is_string() ? std::string() : std::string(text->get_string());
}

/// A line of what there is, and one for each of the first few.
void tell(std::string& text, const json::object& from, std::string_view list, std::string_view what,
          std::string_view member) {
  constexpr std::size_t kMostTold = 5;
  const std::size_t count = size_of(from, list);
  if (count == 0) return;
  text += fmt::format("\n{}: {}", what, count);
  const json::array& items = from.at(list).get_array();
  for (std::size_t i = 0; i < std::min(count, kMostTold); ++i)
    text += fmt::format("\n- {}", text_of(items[i], member));
  if (count > kMostTold) text += fmt::format("\n- and {} more", count - kMostTold);
}

/// For clients that only show text, and for the model.
std::string fleet_text(const json::object& result) {
  const json::object& overview = result.at("overview").get_object();
  std::string text = fmt::format("governor is {}.", text_of(overview, "status"));
  json::array stopped;
  for (const json::value& one : overview.at("deployments").get_array()) {
    const json::value* needs = one.get_object().if_contains("needs_person");
    if (needs != nullptr && *needs == true) stopped.push_back(one);
  }
  const json::object needing{{"deployments", std::move(stopped)}};
  const std::size_t calm = text.size();
  tell(text, result, "approvals", "Requests that wait for a person", "asks");
  tell(text, needing, "deployments", "Deployments that wait or are stuck", "deployment_id");
  tell(text, overview, "alerts", "Alerts that nobody has acknowledged", "message");
  tell(text, result, "critical", "Agents that are critical", "agent_id");
  if (text.size() == calm) text += " Nothing needs a person.";
  text += fmt::format("\nLeases: {}, calls that wait for one: {}.", size_of(overview, "leases"),
                      size_of(overview, "waits"));
  return text;
}

}  // namespace

std::vector<Tool> fleet_view_tools() {
  return {
      {{"show_fleet", Effect::none, {}, parse_fleet},
       "server",
       "What needs a person",
       "Requests, deployments, alerts, agents and leases that need a person now; for the user to look at.",
       kFleetOutput,
       false,
       false,
       fleet_text}};
}

}  // namespace governor::daemon
