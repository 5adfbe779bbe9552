#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/behaviour.hpp"
#include "core/failure_model.hpp"
#include "core/measured_input.hpp"

namespace governor::core {

/// Something in the evidence that speaks for trouble.
struct Reason {
  double weight = 0;  ///< (0, 1]
  std::string text;   ///< for people, such as "3 of the last 4 test runs failed"
};

inline constexpr std::size_t kMostReasons = 6;
/// A lighter one is told, but no decision rests on it.
inline constexpr double kDecidingWeight = 0.25;

/// The strongest first, at most kMostReasons.
std::vector<Reason> reasons_of(const Behaviour& behaviour, const FailureEstimate& estimate,
                               const MeasuredInput& measured);

/// Whether something was refused or risky among the steps.
bool has_incident(const Behaviour& behaviour);

/// Whether something risky was done among the steps.
bool has_risk(const Behaviour& behaviour);

/// Whether its work is seen to fail and goes on to: the newest test runs, or nearly all of its last commands.
/// Then it has something to correct, also when it claims nothing.
bool is_failing(const Behaviour& behaviour);

/// How many of its last steps did what may do lasting harm: risky actions of high severity, and files that
/// its commands have emptied, or changed although they were protected or another agent's.
std::size_t recent_harm(const Behaviour& behaviour);

/// The texts in one line, as many as weigh enough to decide; the strongest alone where none does.
std::string decisive_text(const std::vector<Reason>& reasons);

}  // namespace governor::core
