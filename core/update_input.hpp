#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace governor::core {

/// What the risk arithmetic needs of the response text. Computed once, where the text is at hand.
struct TextFeatures {
  std::size_t code_points = 0;
  int hits = 0;  ///< how many of the suspicious phrases occur, each counted once
};

/// `text` must be valid UTF-8. Phrases are matched with ASCII case ignored.
TextFeatures examine_text(std::string_view text);

/// Arguments of one update, with the model's defaults.
struct UpdateInput {
  static constexpr std::size_t kMaxParameters = 4096;

  std::vector<double> parameters;
  std::array<double, 3> ethical_drift{};  ///< each in [-1, 1]
  TextFeatures text;
  double complexity = 0.5;        ///< [0, 1]
  double confidence = 1.0;        ///< [0, 1]
  std::uint64_t fingerprint = 0;  ///< of text and parameters, see loop_detection.hpp
};

/// Which of its inputs the caller of an update gave itself.
struct StatedFields {
  bool drift = false;
  bool text = false;
  bool complexity = false;
  bool confidence = false;
  bool confidence_unknown = false;  ///< it said that it does not know
};

/// Refuses what is not finite or out of range, naming the field, the value and the accepted range.
std::optional<Error> validate(const UpdateInput& input);

}  // namespace governor::core
