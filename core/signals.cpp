#include "core/signals.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/behaviour.hpp"

namespace governor::core {
namespace {

constexpr std::array<std::string_view, kSignals> kSignalNames{
    "said",  "uneven", "read",     "scattered",    "failed",  "steps",
    "files", "lines",  "repeated", "tests_failed", "reverted"};
constexpr double kBytesPerLine = 40;

double log_of(double amount) {
  return std::log1p(amount);
}

/// How uneven an agent talks: long thoughts between short ones.
double unevenness(const Behaviour& behaviour) {
  double count = 0, mean = 0, squares = 0;
  for (const WorkStep& step : behaviour.steps()) {
    if (step.said == 0) continue;
    const double value = log_of(step.said);
    count += 1;
    const double distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }
  return count < 2 ? 0 : std::sqrt(squares / count);
}

}  // namespace

std::string_view to_string(Signal signal) {
  return kSignalNames[static_cast<std::size_t>(signal)];
}

Signals signals_of(const Behaviour& behaviour) {
  double said = 0, read = 0, changed = 0;
  double failed = 0, tools = 0, repeated = 0, tests_failed = 0, reverted = 0, edits = 0, most_edits = 0;
  std::unordered_map<std::uint64_t, double> edits_of;  // one entry for all files that are not known
  for (std::size_t i = 0; i < behaviour.steps().size(); ++i) {
    const WorkStep& step = behaviour.steps()[i];
    said += step.said;
    read += step.read;
    changed += step.changed;
    tools += step.tool ? 1 : 0;
    failed += step.tool && !step.success ? 1 : 0;
    repeated += behaviour.again(step.command, i).times > 0 ? 1 : 0;
    tests_failed += step.tests == WorkStep::Tests::failed ? 1 : 0;
    reverted += step.reverted ? 1 : 0;
    if (!step.edit) continue;
    edits += 1;
    most_edits = std::max(most_edits, edits_of[step.file] += 1);
  }
  return {log_of(said),
          unevenness(behaviour),
          log_of(read),
          log_of(edits) - log_of(most_edits),
          log_of(failed),
          log_of(tools),
          log_of(static_cast<double>(edits_of.size())),
          log_of(changed + read / kBytesPerLine),
          log_of(repeated),
          log_of(tests_failed),
          log_of(reverted)};
}

}  // namespace governor::core
