#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/keys.hpp"

namespace governor::core {

/// Who or what said how it turned out. Stored: never renumber, only append.
enum class TruthSource : std::uint8_t { person = 1, test = 2, exit_code = 3 };

std::string_view to_string(TruthSource source);

/// What an update that was made from evidence says of failure.
struct FailureForecast {
  std::uint32_t per_million = 0;  ///< the probability, times 1,000,000, with what had been learned by then
  double log_odds = 0;            ///< of the shipped model, see FailureEstimate
};

/// Every update predicts, with its confidence, that it is right.
struct Prediction {
  HistoryKey history = 0;
  AgentKey agent = 0;
  std::uint64_t number = 0;  ///< of the update
  double confidence = std::numeric_limits<double>::quiet_NaN();
  std::optional<FailureForecast> failure{};  ///< none: it was made of what was reported
};

/// How a prediction turned out, as told later.
struct GroundTruth {
  Prediction prediction;
  bool correct = false;
  TruthSource source = TruthSource::person;
  std::string detail;  ///< for people
  std::int64_t timestamp_us = 0;
  AuditKey actor = 0;  ///< who told, see Session::introduced
};

/// The id by which a prediction goes outside: `<agent id>/<number>`. Ids of agents have no slash.
std::string prediction_id(std::string_view agent_id, std::uint64_t number);

struct PredictionName {
  std::string agent_id;
  std::uint64_t number = 0;
};
/// None if the text is not the id of a prediction.
std::optional<PredictionName> parse_prediction_id(std::string_view text);

}  // namespace governor::core
