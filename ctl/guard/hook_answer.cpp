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
