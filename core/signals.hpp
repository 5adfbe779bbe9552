#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace governor::core {

class Behaviour;

/// Figures of an agent's last steps. All grow with trouble or with size; counts and amounts as log(1 + x).
enum class Signal : std::uint8_t {
  said = 0,          ///< bytes of prose
  uneven = 1,        ///< standard deviation of log(1 + bytes) from one thing said to the next
  read = 2,          ///< bytes that came back
  scattered = 3,     ///< edits, but those of the most edited file: as logarithms, their difference
  failed = 4,        ///< uses of tools that failed
  steps = 5,         ///< uses of tools
  files = 6,         ///< files changed
  lines = 7,         ///< lines changed or read
  repeated = 8,      ///< commands that were there before
  tests_failed = 9,  ///< test runs that failed
  reverted = 10      ///< own changes taken back
};
inline constexpr std::size_t kSignals = 11;
using Signals = std::array<double, kSignals>;

std::string_view to_string(Signal signal);
Signals signals_of(const Behaviour& behaviour);
inline double value_of(const Signals& signals, Signal signal) {
  return signals[static_cast<std::size_t>(signal)];
}

}  // namespace governor::core
