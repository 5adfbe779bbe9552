#include "daemon/lifecycle/evidence_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxRules = 200;
constexpr std::size_t kMaxPatternsOfRule = 100;
constexpr std::size_t kMaxRuleText = 500;
constexpr std::int64_t kMostDays = 36'500;
constexpr std::int64_t kMostEntries = 1'000'000'000;
constexpr std::string_view kOff = "off";

std::optional<std::string> read_flag(const json::value& value, std::string_view name, bool& target) {
  if (!value.is_bool()) return fmt::format("{} must be true or false, not {}", name, json::serialize(value));
  target = value.get_bool();
  return std::nullopt;
}

template <class Integer>
std::optional<std::string> read_count(const json::value& value, std::string_view name, std::int64_t most,
                                      Integer& target) {
  const std::int64_t* count = value.if_int64();
  if (count == nullptr || *count < 0 || *count > most)
    return fmt::format("{} must be a whole number from 0 to {}, not {}", name, most, json::serialize(value));
  target = static_cast<Integer>(*count);
  return std::nullopt;
}

std::optional<std::string> read_rule_text(const json::object& rule, std::string_view name,
                                          std::string& target) {
  const json::value* value = rule.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string() || value->get_string().empty() || value->get_string().size() > kMaxRuleText)
    return fmt::format("{} must be a text of 1 to {} bytes, not {}", name, kMaxRuleText,
                       json::serialize(*value));
  target = std::string(value->get_string());
  return std::nullopt;
}

std::optional<std::string> read_patterns(const json::object& rule,
                                         std::vector<core::CommandPattern>& patterns) {
  const json::value* value = rule.if_contains("patterns");
  if (value == nullptr) return std::nullopt;
  const json::array* list = value->if_array();
  if (list == nullptr || list->empty() || list->size() > kMaxPatternsOfRule)
    return fmt::format("patterns must be a list of 1 to {} texts", kMaxPatternsOfRule);
  patterns.clear();
  for (const json::value& text : *list) {
    if (!text.is_string()) return fmt::format("patterns must be texts, not {}", json::serialize(text));
    auto pattern = core::CommandPattern::parse(text.get_string());
    if (!pattern) return pattern.error().message;
    patterns.push_back(*std::move(pattern));
  }
  return std::nullopt;
}

std::optional<std::string> find_unknown(const json::object& rule,
                                        std::initializer_list<std::string_view> known) {
  for (const auto& member : rule) {
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
      return fmt::format("{} is not part of a rule", std::string_view(member.key()));
  }
  return std::nullopt;
}

/// One that is there already is changed in what is given; a severity of "off" takes it away.
std::optional<std::string> set_risk(const json::object& rule, std::vector<core::RiskRule>& risks) {
  if (auto wrong = find_unknown(rule, {"name", "severity", "advice", "patterns"})) return wrong;
  std::string name;
  if (auto wrong = read_rule_text(rule, "name", name)) return wrong;
  if (name.empty()) return "a rule needs a name";
  std::string severity;
  if (auto wrong = read_rule_text(rule, "severity", severity)) return wrong;
  const auto same = [&](const core::RiskRule& known) { return known.name == name; };
  if (severity == kOff) {
    std::erase_if(risks, same);
    return std::nullopt;
  }
  auto known = std::find_if(risks.begin(), risks.end(), same);
  core::RiskRule changed;
  if (known != risks.end()) changed = *known;
  changed.name = name;
  bool is_severity = severity.empty();
  for (const auto one : {core::Severity::low, core::Severity::medium, core::Severity::high}) {
    if (severity != to_string(one)) continue;
    changed.severity = one;
    is_severity = true;
  }
  if (!is_severity) return fmt::format("severity must be low, medium, high or off, not \"{}\"", severity);
  if (auto wrong = read_rule_text(rule, "advice", changed.advice)) return wrong;
  if (auto wrong = read_patterns(rule, changed.patterns)) return wrong;
  if (changed.patterns.empty()) return fmt::format("the rule {} needs patterns", name);
  if (known != risks.end()) {
    *known = std::move(changed);
  } else {
    risks.push_back(std::move(changed));
  }
  return std::nullopt;
}

/// Those of the configuration come before the others, since the first that fits counts.
std::optional<std::string> set_test(const json::object& rule, std::vector<core::TestRule>& tests) {
  if (auto wrong = find_unknown(rule, {"framework", "patterns"})) return wrong;
  core::TestRule added;
  if (auto wrong = read_rule_text(rule, "framework", added.framework)) return wrong;
  if (auto wrong = read_patterns(rule, added.patterns)) return wrong;
  if (added.framework.empty() || added.patterns.empty()) return "a rule needs framework and patterns";
  tests.insert(tests.begin(), std::move(added));
  return std::nullopt;
}

template <class Rule, class Set>
std::optional<std::string> read_rules(const json::value& value, std::string_view name,
                                      std::vector<Rule>& rules, Set set_rule) {
  const json::array* list = value.if_array();
  if (list == nullptr || list->size() > kMaxRules)
    return fmt::format("{} must be a list of at most {} rules", name, kMaxRules);
  for (const json::value& rule : *list) {
    if (!rule.is_object()) return fmt::format("{} must be a list of objects", name);
    if (auto wrong = set_rule(rule.get_object(), rules)) return fmt::format("{}: {}", name, *wrong);
  }
  return std::nullopt;
}

std::optional<std::string> set_member(std::string_view name, const json::value& value,
                                      EvidenceSettings& settings) {
  if (name == "keep_commands") return read_flag(value, name, settings.keep_commands);
  if (name == "keep_days") return read_count(value, name, kMostDays, settings.keep_days);
  if (name == "keep_entries") return read_count(value, name, kMostEntries, settings.keep_entries);
  if (name == "stop_on_reject") return read_flag(value, name, settings.stop_on_reject);
  if (name == "risks") return read_rules(value, name, settings.rules.risks, set_risk);
  if (name == "tests") return read_rules(value, name, settings.rules.tests, set_test);
  return fmt::format("{} is none of keep_commands, keep_days, keep_entries, risks, stop_on_reject, tests",
                     name);
}

}  // namespace

std::optional<std::string> set_evidence(const json::value& value, EvidenceSettings& settings) {
  const json::object* members = value.if_object();
  if (members == nullptr) return fmt::format("must be an object, not {}", json::serialize(value));
  EvidenceSettings changed = settings;
  for (const auto& member : *members) {
    if (auto wrong = set_member(member.key(), member.value(), changed)) return "is wrong: " + *wrong;
  }
  settings = std::move(changed);
  return std::nullopt;
}

}  // namespace governor::daemon
