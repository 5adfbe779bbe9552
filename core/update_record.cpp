#include "core/update_record.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cmath>

namespace governor::core {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::safe: return "safe";
    case Verdict::caution: return "caution";
    case Verdict::high_risk: return "high-risk";
    case Verdict::unknown: return "unknown";
  }
  return "high-risk";
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::approve: return "approve";
    case Action::revise: return "revise";
    case Action::reject: return "reject";
    case Action::unknown: return "unknown";
  }
  return "reject";
}

std::string_view to_string(Health health) {
  switch (health) {
    case Health::unknown: return "unknown";
    case Health::healthy: return "healthy";
    case Health::degraded: return "degraded";
    case Health::critical: return "critical";
  }
  return "unknown";
}

namespace {

/// What stands where thresholds changed since: the figures of a text must not contradict the verdict of then.
constexpr std::string_view kByThen = "by the thresholds that held then";

bool agrees(const UpdateRecord& r, const Thresholds& t) {
  if (r.void_active || r.verdict == Verdict::high_risk || r.coherence < t.coherence_critical)
    return r.action == Action::reject;
  if (r.risk < t.risk_approve) return r.action == Action::approve;
  return r.action == (r.risk < t.risk_revise ? Action::revise : Action::reject);
}

std::string_view what_to_do(Action action) {
  switch (action) {
    case Action::approve: return "Go on.";
    case Action::revise: return "Correct yourself, then go on.";
    case Action::reject:
    case Action::unknown: break;
  }
  return "Halt.";
}

}  // namespace

std::string decision_reason(const UpdateRecord& r, const Thresholds& t) {
  if (r.verdict == Verdict::unknown) return "Imported; the system it comes from recorded no reason.";
  if (!agrees(r, t)) {
    return fmt::format(FMT_COMPILE("Risk {:.4f} and coherence {:.4f}, {}. {}"), r.risk, r.coherence, kByThen,
                       what_to_do(r.action));
  }
  if (r.void_active) {
    return fmt::format(FMT_COMPILE("The void is active: |V| = {:.4f} is above {:.4f}. Halt."), std::abs(r.V),
                       r.void_threshold);
  }
  if (r.verdict == Verdict::high_risk) {
    return fmt::format(FMT_COMPILE("The verdict is high-risk: phi = {:.4f} is below 0. Halt."), r.phi);
  }
  if (r.coherence < t.coherence_critical) {
    return fmt::format(FMT_COMPILE("Coherence {:.4f} is below the critical {:.4f}. Halt."), r.coherence,
                       t.coherence_critical);
  }
  if (r.risk < t.risk_approve) {
    return fmt::format(FMT_COMPILE("Risk {:.4f} is below {:.4f}. Go on."), r.risk, t.risk_approve);
  }
  if (r.risk < t.risk_revise) {
    return fmt::format(
        FMT_COMPILE("Risk {:.4f} is at or above {:.4f} and below {:.4f}. Correct yourself, then go on."),
        r.risk, t.risk_approve, t.risk_revise);
  }
  return fmt::format(FMT_COMPILE("Risk {:.4f} is at or above {:.4f}. Halt."), r.risk, t.risk_revise);
}

std::vector<std::string> human_reason_texts(const UpdateRecord& r, const Thresholds& t) {
  std::vector<std::string> texts;
  if (r.human_reasons & kHumanRisk) {
    texts.push_back(
        r.risk >= t.require_human_risk
            ? fmt::format(FMT_COMPILE("risk {:.4f} is at or above {:.4f}"), r.risk, t.require_human_risk)
            : fmt::format(FMT_COMPILE("risk {:.4f}, {}"), r.risk, kByThen));
  }
  if (r.human_reasons & kHumanCoherence) {
    texts.push_back(r.coherence < t.require_human_coherence
                        ? fmt::format(FMT_COMPILE("coherence {:.4f} is below {:.4f}"), r.coherence,
                                      t.require_human_coherence)
                        : fmt::format(FMT_COMPILE("coherence {:.4f}, {}"), r.coherence, kByThen));
  }
  if (r.human_reasons & kHumanVoid) {
    texts.push_back(fmt::format(FMT_COMPILE("the void is active: |V| = {:.4f} is above {:.4f}"),
                                std::abs(r.V), r.void_threshold));
  }
  if (r.human_reasons & kHumanHighRisk) {
    texts.push_back(r.phi < 0
                        ? fmt::format(FMT_COMPILE("the verdict is high-risk: phi = {:.4f} is below 0"), r.phi)
                        : std::string("it did what may do lasting harm, more than once"));
  }
  if (r.human_reasons & kHumanLoop)
    texts.emplace_back("a loop was detected: the same again without progress");
  return texts;
}

std::string health_message(const UpdateRecord& r, const Thresholds& t) {
  const double percent = r.risk * 100.0;
  switch (r.health) {
    case Health::healthy: return fmt::format(FMT_COMPILE("Low risk ({:.2f}%)"), percent);
    case Health::degraded:
      return fmt::format(FMT_COMPILE("Medium risk ({:.2f}%) - monitoring closely"), percent);
    case Health::critical: break;
    case Health::unknown: return "Imported; its health is known from the next update on";
  }
  if (r.void_active) {
    return fmt::format(FMT_COMPILE("Void active (|V| = {:.4f} above {:.4f}) - intervention may be needed"),
                       std::abs(r.V), r.void_threshold);
  }
  if (r.coherence < t.coherence_critical) {
    return fmt::format(FMT_COMPILE("Coherence critical ({:.4f} below {:.4f}) - intervention may be needed"),
                       r.coherence, t.coherence_critical);
  }
  return fmt::format(FMT_COMPILE("High risk ({:.2f}%) - intervention may be needed"), percent);
}

SamplingParameters sampling_parameters(double lambda1) {
  return {0.5 + 0.7 * lambda1, 0.85 + 0.1 * lambda1, static_cast<int>(std::floor(100.0 + 400.0 * lambda1))};
}

}  // namespace governor::core
