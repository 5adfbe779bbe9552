#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/command_pattern.hpp"
#include "core/evidence.hpp"

namespace governor::core {

/// What is risky to run: any of the patterns.
struct RiskRule {
  std::string name;  ///< snake_case
  Severity severity = Severity::medium;
  std::string advice;  ///< for the model: what to do instead
  std::vector<CommandPattern> patterns;
};

/// By what a run of tests is recognised.
struct TestRule {
  std::string framework;
  std::vector<CommandPattern> patterns;
};

/// How commands are read. The first test rule that matches counts, and every risk rule.
struct EvidenceRules {
  std::vector<RiskRule> risks;
  std::vector<TestRule> tests;

  /// What holds unless the configuration says otherwise.
  static const EvidenceRules& defaults();
};

}  // namespace governor::core
