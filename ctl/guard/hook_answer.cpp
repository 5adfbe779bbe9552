#include "ctl/guard/hook_answer.hpp"

#include <utility>

namespace governor::ctl {

namespace json = boost::json;

json::object permission(std::string_view decision, std::string_view reason) {
  json::object specific;
  specific["hookEventName"] = "PreToolUse";
  specific["permissionDecision"] = decision;
  specific["permissionDecisionReason"] = reason;
  json::object answer;
  answer["hookSpecificOutput"] = std::move(specific);
  return answer;
}

json::object objection(std::string_view reason) {
  json::object answer;
  answer["decision"] = "block";
  answer["reason"] = reason;
  return answer;
}

json::object told(std::string_view event_name, std::string_view text) {
  json::object specific;
  specific["hookEventName"] = event_name;
  specific["additionalContext"] = text;
  json::object answer;
  answer["hookSpecificOutput"] = std::move(specific);
  return answer;
}

json::object with_context(json::object answer, std::string_view event_name, std::string_view text) {
  if (text.empty()) return answer;
  json::value& specific = answer["hookSpecificOutput"];
  if (!specific.is_object()) specific = json::object{{"hookEventName", event_name}};
  json::value& context = specific.get_object()["additionalContext"];
  std::string all = context.is_string() ? std::string(context.get_string()) + ' ' : std::string();
  context = all.append(text);
  return answer;
}

json::object no_opinion() {
  return {};
}

json::object with_warning(json::object answer, std::string_view message) {
  std::string all(message);
  if (const json::value* before = answer.if_contains("systemMessage"); before && before->is_string())
    all = std::string(before->get_string()) + "\n" + all;
  answer["systemMessage"] = all;
  return answer;
}

}  // namespace governor::ctl
