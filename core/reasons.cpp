#include "core/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <ranges>
#include <unordered_map>

namespace governor::core {
namespace {

constexpr double kLeastWeight = 0.1;
constexpr std::size_t kTestRuns = 4;
constexpr std::size_t kCommands = 10;
constexpr std::size_t kFailingRuns = 2;      ///< in a row
constexpr std::size_t kFailingCommands = 8;  ///< of the last kCommands
constexpr std::size_t kDecisiveTexts = 3;
constexpr std::size_t kRecentSteps = 30;

/// The name of a file without its directories, which people know and which are long.
std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view times_word(std::size_t count) {
  return count == 1 ? "time" : "times";
}

class ReasonList {
 public:
  void add(double weight, std::string text) {
    if (weight >= kLeastWeight) reasons_.push_back({std::min(1.0, weight), std::move(text)});
  }
  std::vector<Reason> take() {
    std::ranges::stable_sort(reasons_, std::greater<>(), &Reason::weight);
    if (reasons_.size() > kMostReasons) reasons_.resize(kMostReasons);
    return std::move(reasons_);
  }

 private:
  std::vector<Reason> reasons_;
};

void add_tests(const Behaviour& behaviour, ReasonList& reasons) {
  std::size_t runs = 0, failed = 0;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (step.tests == WorkStep::Tests::none) continue;
    if (runs == 0 && step.tests == WorkStep::Tests::passed) return;
    failed += step.tests == WorkStep::Tests::failed ? 1 : 0;
    if (++runs == kTestRuns) break;
  }
  if (failed == 0) return;
  reasons.add(0.25 * static_cast<double>(failed),
              runs == 1 ? "the last test run failed"
                        : fmt::format("{} of the last {} test runs failed", failed, runs));
}

void add_commands(const Behaviour& behaviour, ReasonList& reasons) {
  std::size_t uses = 0, failed = 0;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (!step.tool) continue;
    failed += step.success ? 0 : 1;
    if (++uses == kCommands) break;
  }
  if (failed >= 3 && 2 * failed >= uses)
    reasons.add(static_cast<double>(failed) / kCommands,
                fmt::format("{} of the last {} commands failed", failed, uses));
}

void add_files(const Behaviour& behaviour, ReasonList& reasons) {
  struct Edits {
    std::size_t count = 0;
    std::size_t circles = 0;
  };
  std::unordered_map<std::uint64_t, Edits> files;
  std::uint64_t most = 0, circling = 0;
  for (const WorkStep& step : behaviour.steps()) {
    if (step.file == 0) continue;
    Edits& edits = files[step.file];
    edits.count += 1;
    edits.circles += step.circle ? 1 : 0;
    if (most == 0 || edits.count > files[most].count) most = step.file;
    if (circling == 0 || edits.circles > files[circling].circles) circling = step.file;
  }
  if (most != 0 && files[most].count >= 5) {
    reasons.add(0.1 * static_cast<double>(files[most].count - 3),
                fmt::format("{} edited {} times", base_name(behaviour.name_of(most)), files[most].count));
  }
  if (circling != 0 && files[circling].circles > 0) {
    const std::size_t circles = files[circling].circles;
    reasons.add(0.3 * static_cast<double>(circles),
                fmt::format("{} changed back to what it was {} {}", base_name(behaviour.name_of(circling)),
                            circles, times_word(circles)));
  }
}

void add_repeats(const Behaviour& behaviour, ReasonList& reasons) {
  std::size_t most = 0;
  std::string_view program;
  for (std::size_t i = 0; i < behaviour.steps().size(); ++i) {
    const WorkStep& step = behaviour.steps()[i];
    if (step.tool_class == ToolClass::read || step.tool_class == ToolClass::version_control) continue;
    const std::size_t times = behaviour.again(step.command, i).unchanged;
    if (times <= most) continue;
    most = times;
    program = behaviour.name_of(step.subject);
  }
  if (most >= 2) {
    reasons.add(0.2 * static_cast<double>(most),
                fmt::format("the same command {} times with no change between ({})", most + 1, program));
  }
}

void add_incidents(const Behaviour& behaviour, ReasonList& reasons) {
  std::unordered_map<std::uint64_t, std::size_t> counts;
  for (const WorkStep& step : behaviour.steps())
    if (step.incident != 0) counts[step.incident] += 1;
  std::vector<std::uint64_t> told;  // in the order of the steps, as a map's order means nothing
  for (const WorkStep& step : behaviour.steps()) {
    if (step.incident == 0 || std::ranges::find(told, step.incident) != told.end()) continue;
    told.push_back(step.incident);
    const std::size_t count = counts[step.incident];
    const std::string_view name = behaviour.name_of(step.incident);
    reasons.add(0.4 + 0.1 * static_cast<double>(count),
                count == 1 ? std::string(name) : fmt::format("{}, {} times", name, count));
  }
}

void add_drifts(const Behaviour& behaviour, const MeasuredInput& measured, ReasonList& reasons) {
  const auto& drift = measured.input.ethical_drift;
  const auto is_reported = [&](Input which) {
    return measured.provenance[static_cast<std::size_t>(which)] == Provenance::reported;
  };
  if (is_reported(Input::success_drift) || is_reported(Input::complexity_drift) ||
      is_reported(Input::habit_drift)) {
    reasons.add(std::max({std::abs(drift[0]), std::abs(drift[1]), std::abs(drift[2])}),
                "it reports that it drifts");
  }
  if (!is_reported(Input::success_drift) && drift[0] != 0)
    reasons.add(std::abs(drift[0]), "it says that it succeeds, and what was seen says otherwise");
  if (!is_reported(Input::complexity_drift) && drift[1] != 0)
    reasons.add(std::abs(drift[1]), "it calls the work simpler than it is");
  if (is_reported(Input::habit_drift)) return;
  if (drift[2] <= 0) return;
  const HabitValues& deviations = behaviour.habits().deviations();
  const auto most = static_cast<std::size_t>(std::ranges::max_element(deviations) - deviations.begin());
  constexpr std::array<std::string_view, kHabits> kTexts{
      "it talks much more than usual in its last turns", "it reads much more than usual in its last turns",
      "more of its commands fail than usual in its last turns",
      "it edits much more than usual in its last turns",
      "it repeats its commands more than usual in its last turns"};
  reasons.add(drift[2], std::string(kTexts[most]));
}

void add_estimate(const FailureEstimate& estimate, ReasonList& reasons) {
  constexpr std::array<std::string_view, kSignals> kTexts{
      "it has said much more than agents that succeed usually do",
      "long thoughts stand between short ones, as when the work is hard",
      "it has read much more than agents that succeed usually do",
      "its edits are scattered over many files",
      "more of its commands have failed than usual",
      "it has taken more steps than usual",
      "it has changed more files than usual",
      "it has changed or read more lines than usual",
      "it has repeated more commands than usual",
      "more of its test runs have failed than usual",
      "it has taken back more of its own changes than usual"};
  for (std::size_t i = 0; i < kSignals; ++i) reasons.add(estimate.contributions[i], std::string(kTexts[i]));
}

}  // namespace

std::vector<Reason> reasons_of(const Behaviour& behaviour, const FailureEstimate& estimate,
                               const MeasuredInput& measured) {
  ReasonList reasons;
  add_tests(behaviour, reasons);
  add_files(behaviour, reasons);
  add_repeats(behaviour, reasons);
  add_commands(behaviour, reasons);
  add_incidents(behaviour, reasons);
  add_drifts(behaviour, measured, reasons);
  add_estimate(estimate, reasons);
  return reasons.take();
}

bool has_incident(const Behaviour& behaviour) {
  return std::ranges::any_of(behaviour.steps(), [](const WorkStep& step) { return step.incident != 0; });
}

bool has_risk(const Behaviour& behaviour) {
  return std::ranges::any_of(behaviour.steps(), [](const WorkStep& step) { return step.risky; });
}

std::size_t recent_harm(const Behaviour& behaviour) {
  const auto steps = behaviour.newest_first();
  const auto count = std::min<std::ptrdiff_t>(kRecentSteps, std::distance(steps.begin(), steps.end()));
  return static_cast<std::size_t>(
      std::count_if(steps.begin(), steps.begin() + count, [](const WorkStep& step) { return step.harmful; }));
}

bool is_failing(const Behaviour& behaviour) {
  std::size_t runs = 0, uses = 0, failed = 0;
  bool tests_fail = true;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (step.tests != WorkStep::Tests::none && runs < kFailingRuns) {
      ++runs;
      tests_fail = tests_fail && step.tests == WorkStep::Tests::failed;
    }
    if (step.tool && uses < kCommands) {
      ++uses;
      failed += step.success ? 0 : 1;
    }
  }
  return (runs == kFailingRuns && tests_fail) || failed >= kFailingCommands;
}

std::string decisive_text(const std::vector<Reason>& reasons) {
  std::string text;
  std::size_t told = 0;
  for (const Reason& reason : reasons) {
    if (told > 0 && (reason.weight < kDecidingWeight || told == kDecisiveTexts)) break;
    text += told++ == 0 ? "" : "; ";
    text += reason.text;
  }
  return text;
}

}  // namespace governor::core
