#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/behaviour.hpp"
#include "core/signals.hpp"
#include "core/update_input.hpp"

namespace governor::core {

/// The inputs of an update that come from evidence.
enum class Input : std::uint8_t {
  text_length = 0,
  complexity = 1,
  success_drift = 2,     ///< ethical_drift[0]: stated success less observed success, if more is stated
  complexity_drift = 3,  ///< ethical_drift[1]: stated complexity less measured complexity, if less is stated
  habit_drift = 4,       ///< ethical_drift[2]: the last turns against what is usual
  confidence = 5
};
inline constexpr std::size_t kInputs = 6;

std::string_view to_string(Input input);

/// What the caller of an update gave; what it left out is measured.
struct StatedInput {
  UpdateInput input;  ///< with defaults where nothing was given
  StatedFields fields;
};

struct MeasuredInput {
  UpdateInput input;  ///< a confidence that nobody stated is not a number: unknown
  std::array<Provenance, kInputs> provenance{};
};

/// Share of success that was seen: of the last four test runs, or without any of the last ten uses of tools.
std::optional<double> observed_success(const Behaviour& behaviour);
/// Complexity from what the work is made of: files, lines and uses of tools, in [0, 1]; 0.5 is usual.
double measured_complexity(const Signals& signals);

/// Makes the input of an update. What was stated never lowers what was measured.
MeasuredInput measure_input(const StatedInput& stated, const Behaviour& behaviour, const Signals& signals);

}  // namespace governor::core
