#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys.hpp"
#include "core/thresholds.hpp"

namespace governor::core {

// The numbers of these enumerations are stored: never renumber, only append.
// `unknown` stands in rows that were imported from a system which did not record it.
enum class Verdict : std::uint8_t { safe = 0, caution = 1, high_risk = 2, unknown = 3 };
enum class Action : std::uint8_t { approve = 0, revise = 1, reject = 2, unknown = 3 };
enum class Health : std::uint8_t { unknown = 0, healthy = 1, degraded = 2, critical = 3 };

std::string_view to_string(Verdict verdict);
std::string_view to_string(Action action);
std::string_view to_string(Health health);

/// Why a person is needed; a set of bits, stored.
enum HumanReason : std::uint8_t {
  kHumanRisk = 1,
  kHumanCoherence = 2,
  kHumanVoid = 4,
  kHumanHighRisk = 8,
  kHumanLoop = 16,
};

/// Everything one update computed: one row of an agent's history. A reply can be rebuilt from it. A figure
/// that is not a number was not recorded by the system that the row was imported from.
struct UpdateRecord {
  std::uint64_t number = 0;   ///< 1 for an agent's first update, without gaps, over all epochs
  std::uint32_t epoch = 1;    ///< begins anew with each reset
  std::uint64_t updates = 0;  ///< number within the epoch
  std::int64_t timestamp_us =
      0;  ///< microseconds since the Unix epoch; 0: not recorded where the row comes from
  double E = 0, I = 0, S = 0, V = 0;
  double coherence = 0, risk = 0, phi = 0;
  double lambda1 = 0, integral = 0, time = 0;
  double void_threshold = 0;
  double confidence = 0, complexity = 0;
  Verdict verdict = Verdict::safe;
  Action action = Action::approve;
  Health health = Health::unknown;
  std::uint8_t human_reasons = 0;  ///< set of HumanReason
  bool void_active = false;
  bool lambda1_skipped = false;
  std::uint8_t warnings = 0;      ///< set of UpdateWarning
  std::uint64_t fingerprint = 0;  ///< of text and parameters, see loop_detection.hpp; 0: nothing to compare
  AuditKey actor = 0;             ///< audit entry in which the session introduced itself

  /// Whether governor computed it. Of what was imported nobody knows the flags: there they are unset and say
  /// nothing.
  [[nodiscard]] bool was_judged() const { return verdict != Verdict::unknown; }
  [[nodiscard]] bool require_human() const { return human_reasons != 0; }
};

/// What the caller should know besides the figures; a set of bits, stored.
enum UpdateWarning : std::uint8_t {
  kWarnCreatedOpenAgent = 1,
  kWarnGenericId = 2,
};

/// Texts for people, built from the figures and the thresholds that judged them.
std::string decision_reason(const UpdateRecord& record, const Thresholds& thresholds);
std::vector<std::string> human_reason_texts(const UpdateRecord& record, const Thresholds& thresholds);
std::string health_message(const UpdateRecord& record, const Thresholds& thresholds);

/// Advisory sampling parameters for the agent's next generation.
struct SamplingParameters {
  double temperature;
  double top_p;
  int max_tokens;
};
SamplingParameters sampling_parameters(double lambda1);

}  // namespace governor::core
