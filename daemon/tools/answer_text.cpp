#include "daemon/tools/answer_text.hpp"

#include <fmt/format.h>

#include <string_view>

namespace governor::daemon {
namespace {

namespace json = boost::json;

const json::object& part(const json::object& of, std::string_view name) {
  static const json::object kNothing;
  const json::value* found = of.if_contains(name);
  return found != nullptr && found->is_object() ? found->get_object() : kNothing;
}

std::string_view words(const json::object& of, std::string_view name) {
  const json::value* found = of.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

std::string figure(const json::object& of, std::string_view name) {
  const json::value* found = of.if_contains(name);
  return found != nullptr && found->is_number() ? fmt::format("{}", found->to_number<double>())
                                                : std::string("not known");
}

bool holds(const json::object& of, std::string_view name) {
  const json::value* found = of.if_contains(name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

bool is_full(const json::object& result) {
  return result.contains("metrics");
}

std::string_view what_to_do(std::string_view action) {
  if (action == "approve") return "Go on.";
  return action == "revise" ? "Correct yourself, then go on." : "Halt.";
}

/// The decision first: it is what the model has to follow.
std::string decision_text(const json::object& decision) {
  const std::string_view action = words(decision, "action");
  std::string text = fmt::format("{}: {} {}", action, words(decision, "reason"), what_to_do(action));
  if (holds(decision, "require_human")) text += " Ask a person.";
  return text;
}

}  // namespace

std::string update_text(const json::object& result) {
  if (is_full(result)) return {};
  std::string text = holds(result, "simulated") ? "Only tried, nothing recorded. " : "";
  text += decision_text(part(result, "decision"));
  if (const json::value* warnings = result.if_contains("warnings"); warnings && warnings->is_array()) {
    for (const json::value& warning : warnings->get_array()) {
      if (warning.is_string()) text.append(1, ' ').append(std::string_view(warning.get_string()));
    }
  }
  return text;
}

std::string metrics_text(const json::object& result) {
  if (is_full(result)) return {};
  std::string text = fmt::format("The agent is {}, its health {}", words(result, "status"),
                                 words(part(result, "health"), "status"));
  const json::object& decision = part(result, "decision");
  if (decision.empty()) return text + "; it has not reported yet.";
  text += fmt::format("; risk {}, coherence {}. Last decision: ", figure(result, "risk_score"),
                      figure(result, "coherence"));
  return text + decision_text(decision);
}

}  // namespace governor::daemon
