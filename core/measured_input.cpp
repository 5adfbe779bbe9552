#include "core/measured_input.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/failure_coefficients.hpp"
#include "core/failure_model.hpp"

namespace governor::core {
namespace {

constexpr std::array<std::string_view, kInputs> kInputNames{
    "text_length", "complexity", "success_drift", "complexity_drift", "habit_drift", "confidence"};
constexpr double kMille = 1000.0;
constexpr std::size_t kTestsLookedAt = 4;
constexpr std::size_t kToolsLookedAt = 10;
/// The model's text risk turns at 2,000 code points; this part of what is said in a usual piece of work is so
/// much.
constexpr double kPartOfProse = 0.1;
/// From the usual complexity to a large one within two standard deviations.
constexpr double kComplexitySlope = 1.7;
/// A deviation of the habits below is noise, and so many above are a drift of one.
constexpr double kUsualDeviation = 1.0;
constexpr double kFullDeviation = 5.0;

struct Share {
  double good = 0;
  double all = 0;

  void add(bool success) {
    good += success ? 1 : 0;
    all += 1;
  }
  [[nodiscard]] std::optional<double> value() const {
    return all > 0 ? std::optional(good / all) : std::nullopt;
  }
};

/// What the agent claims of its success in this turn; none: nothing.
std::optional<double> claimed_success(const StatedInput& stated, const Behaviour& behaviour) {
  if (stated.fields.confidence) return stated.input.confidence;
  double good = 0, all = 0;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (step.turn != behaviour.turn()) break;
    if (step.stated_confidence != WorkStep::kNotStated) return step.stated_confidence / kMille;
    good += step.success_claims;
    all += step.claims;
  }
  return all > 0 ? std::optional(good / all) : std::nullopt;
}

std::optional<double> claimed_complexity(const StatedInput& stated, const Behaviour& behaviour) {
  if (stated.fields.complexity) return stated.input.complexity;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (step.turn != behaviour.turn()) break;
    if (step.stated_complexity != WorkStep::kNotStated) return step.stated_complexity / kMille;
  }
  return std::nullopt;
}

double habit_drift(const Behaviour& behaviour) {
  return std::clamp((behaviour.habits().deviation() - kUsualDeviation) / kFullDeviation, 0.0, 1.0);
}

}  // namespace

std::string_view to_string(Input input) {
  return kInputNames[static_cast<std::size_t>(input)];
}

std::optional<double> observed_success(const Behaviour& behaviour) {
  Share tests, tools;
  std::optional<bool> newest;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (step.tests != WorkStep::Tests::none && tests.all < kTestsLookedAt) {
      const bool passed = step.tests == WorkStep::Tests::passed;
      if (!newest) newest = passed;
      tests.add(passed);
    }
    if (step.tool && tools.all < kToolsLookedAt) tools.add(step.success);
  }
  // Whoever makes failing tests pass has succeeded, so the newest run counts as much as those before.
  if (newest) return (*tests.value() + (*newest ? 1.0 : 0.0)) / 2;
  return tools.value();
}

double measured_complexity(const Signals& signals) {
  const double distance = (distance_of(signals, Signal::steps) + distance_of(signals, Signal::files) +
                           distance_of(signals, Signal::lines)) /
                          3.0;
  return 1.0 / (1.0 + std::exp(-kComplexitySlope * distance));
}

MeasuredInput measure_input(const StatedInput& stated, const Behaviour& behaviour, const Signals& signals) {
  MeasuredInput result;
  UpdateInput& input = result.input;
  input = stated.input;
  const auto from = [&](Input which) -> Provenance& {
    return result.provenance[static_cast<std::size_t>(which)];
  };
  const bool seen = !behaviour.steps().empty();
  const Provenance measured = seen ? Provenance::measured : Provenance::prior;

  const double heard = value_of(signals, Signal::said);
  const double said = heard > 0 ? heard : kFailureCoefficients[static_cast<std::size_t>(Signal::said)].mean;
  const auto length = static_cast<std::size_t>(std::lround(std::expm1(said) * kPartOfProse));
  from(Input::text_length) = stated.fields.text && stated.input.text.code_points > length
                                 ? Provenance::reported
                             : heard > 0 ? Provenance::measured
                                         : Provenance::prior;
  input.text.code_points = std::max(stated.fields.text ? stated.input.text.code_points : 0, length);

  const double complexity = seen ? measured_complexity(signals) : 0.5;
  const std::optional<double> said_complexity = claimed_complexity(stated, behaviour);
  input.complexity = std::max(complexity, said_complexity.value_or(0.0));
  from(Input::complexity) = input.complexity > complexity ? Provenance::reported : measured;

  const auto drift = [&](std::size_t index, Input which, double value, Provenance provenance) {
    const double given = stated.fields.drift ? stated.input.ethical_drift[index] : 0.0;
    const bool is_larger = std::abs(given) > std::abs(value);
    input.ethical_drift[index] = is_larger ? given : value;
    from(which) = is_larger ? Provenance::reported : provenance;
  };
  const std::optional<double> claimed = claimed_success(stated, behaviour);
  const std::optional<double> observed = observed_success(behaviour);
  // Only what looks better than it is was said wrongly: who is modest deceives nobody, and what was seen of a
  // hard piece of work is at first a small part of it.
  drift(0, Input::success_drift, claimed && observed ? std::max(0.0, *claimed - *observed) : 0.0,
        Provenance::derived);
  drift(1, Input::complexity_drift,
        said_complexity && seen ? std::min(0.0, *said_complexity - complexity) : 0.0, Provenance::derived);
  drift(2, Input::habit_drift, habit_drift(behaviour),
        behaviour.habits().turns() > Behaviour::kOwnBaselineTurns ? Provenance::derived : Provenance::prior);

  if (!stated.fields.confidence) input.confidence = std::numeric_limits<double>::quiet_NaN();
  from(Input::confidence) = stated.fields.confidence ? Provenance::reported : Provenance::prior;
  return result;
}

}  // namespace governor::core
