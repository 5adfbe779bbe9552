#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct ThresholdsRequest {
  std::string agent;
  std::string profile;
  std::string reason;
  std::vector<std::string> values;  ///< "name=value"
  bool reset = false;
};

std::string figure(double value) {
  std::string text = decimal(value, 4);
  while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
    const bool was_point = text.back() == '.';
    text.pop_back();
    if (was_point) break;
  }
  return text;
}

std::string scope_text(const json::object& result) {
  if (text_field(result, "scope") != "agent") return "all agents without thresholds of their own";
  return printable(text_field(result, "agent_id")) +
         (flag_field(result, "own") ? ", its own" : ", those of all agents");
}

void write_thresholds(const Context& context, const json::object& result) {
  context.out << scope_text(result) << " (profile " << printable(text_field(result, "profile")) << ")\n\n";
  Table table({{"THRESHOLD"}, {"VALUE", Align::right}});
  const json::object& thresholds = object_field(result, "thresholds");
  for (const auto& item : thresholds) {
    table.add_row({std::string(item.key()), figure(number_field(thresholds, item.key()))});
  }
  context.out << table.render(context.colour);
}

void write_changes(const Context& context, const json::object& result) {
  context.out << scope_text(result) << " (profile " << printable(text_field(result, "profile")) << ")\n\n";
  Table table({{"THRESHOLD"}, {"OLD", Align::right}, {"NEW", Align::right}});
  for (const json::value& entry : array_field(result, "changed")) {
    if (!entry.is_object()) continue;
    const json::object& change = entry.get_object();
    table.add_row({text_field(change, "name"), figure(number_field(change, "old")),
                   figure(number_field(change, "new"))});
  }
  context.out << (table.empty() ? "nothing has changed\n" : table.render(context.colour));
}

json::object scope_of(const ThresholdsRequest& request) {
  json::object arguments;
  if (!request.agent.empty()) arguments["agent_id"] = request.agent;
  return arguments;
}

int run_show(const Context& context, const ThresholdsRequest& request) {
  return run_tool(context, {"get_thresholds", scope_of(request)},
                  [&](const json::object& result) { write_thresholds(context, result); });
}

// Nothing, with the mistake written, where a value is not of the form name=number.
std::optional<json::object> values_of(const Context& context, const ThresholdsRequest& request) {
  json::object values;
  for (const std::string& text : request.values) {
    const std::size_t equals = text.find('=');
    const std::string number = equals == std::string::npos ? "" : text.substr(equals + 1);
    char* end = nullptr;
    const double value = std::strtod(number.c_str(), &end);
    const bool whole = !number.empty() && *end == '\0' && std::isfinite(value);
    if (equals == 0 || equals == std::string::npos || !whole) {
      context.err << "governorctl: \"" << printable(text)
                  << "\" is no threshold; expected: NAME=NUMBER, such as risk_approve_threshold=0.2\n";
      return std::nullopt;
    }
    values[text.substr(0, equals)] = value;
  }
  return values;
}

int run_set(const Context& context, const ThresholdsRequest& request) {
  json::object arguments = scope_of(request);
  if (!request.values.empty()) {
    auto values = values_of(context, request);
    if (!values) return static_cast<int>(ExitCode::bad_usage);
    arguments["thresholds"] = *std::move(values);
  }
  if (!request.profile.empty()) arguments["profile"] = request.profile;
  if (request.reset) arguments["reset"] = true;
  if (!request.reason.empty()) arguments["reason"] = request.reason;
  return run_tool(context, {"set_thresholds", std::move(arguments)},
                  [&](const json::object& result) { write_changes(context, result); });
}

void add_agent_option(CLI::App& command, ThresholdsRequest& request) {
  command.add_option("--agent", request.agent, "Those of this agent; without, those of all others");
}

}  // namespace

void add_thresholds(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("thresholds", "The limits used for decisions and health")->require_subcommand(0, 1);
  const auto request = std::make_shared<ThresholdsRequest>();
  add_agent_option(*command, *request);
  CLI::App* show = command->add_subcommand("show", "Shows them, as does `thresholds` alone");
  CLI::App* set = command->add_subcommand("set", "Changes some, checked together");
  set->add_option("VALUES", request->values, "NAME=NUMBER ...");
  set->add_option("--profile", request->profile, "What to start from: default, strict or evidence")
      ->check(CLI::IsMember({"default", "strict", "evidence"}));
  set->add_option("--reason", request->reason, "Why, for the audit log");
  CLI::App* reset = command->add_subcommand("reset", "Back to the defaults; for an agent to those of all");
  reset->add_option("--reason", request->reason, "Why, for the audit log");
  show->callback([&action, request] {
    action = [request](const Context& context) { return run_show(context, *request); };
  });
  set->callback([&action, request] {
    action = [request](const Context& context) { return run_set(context, *request); };
  });
  reset->callback([&action, request] {
    request->reset = true;
    action = [request](const Context& context) { return run_set(context, *request); };
  });
  command->callback([&action, request] {
    if (action) return;  // one of its subcommands
    action = [request](const Context& context) { return run_show(context, *request); };
  });
}

}  // namespace governor::ctl
