#pragma once

// Made by scripts/train_failure_model.py from 254 runs, 62 of them failed (public runs of one coding agent on
// SWE-bench Verified, from github.com/gruckion/mini-swe-agent at d12a71a).
// L2 0.05. Do not edit: train again.

#include <array>

#include "core/habits.hpp"
#include "core/signals.hpp"

namespace governor::core {

struct SignalCoefficient {
  double mean;
  double deviation;
  double weight;  ///< in log-odds for one standard deviation; 0: the signal tells nothing beside the others
};

struct UsualHabit {
  double mean;
  double deviation;
};

inline constexpr double kFailureIntercept = -1.3237;
/// In the order of Signal.
inline constexpr std::array<SignalCoefficient, kSignals> kFailureCoefficients{{
    {9.7450, 0.6162, 0.2822},   // said
    {1.2614, 0.1990, 0.3329},   // uneven
    {10.4444, 0.5222, 0.3948},  // read
    {1.0379, 0.4233, 0.3629},   // scattered
    {1.5651, 0.5418, 0.0000},   // failed
    {3.6063, 0.4045, 0.0000},   // steps
    {1.9089, 0.4857, 0.0000},   // files
    {6.7568, 0.5215, 0.0000},   // lines
    {1.5029, 0.5935, 0.0000},   // repeated
    {0.4060, 0.4962, 0.0000},   // tests_failed
    {0.0907, 0.2702, 0.0000},   // reverted
}};
/// In the order of Habit: of single turns.
inline constexpr std::array<UsualHabit, kHabits> kUsualHabits{{
    {5.2409, 1.3208},  // said
    {5.6761, 1.5499},  // read
    {0.1178, 0.3224},  // failed
    {0.1992, 0.3994},  // edited
    {0.1122, 0.3156},  // repeated
}};

}  // namespace governor::core
