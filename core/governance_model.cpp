#include "core/governance_model.hpp"

#include <algorithm>
#include <cmath>

namespace governor::core {
namespace {

constexpr double kStep = 0.1;
constexpr std::size_t kMinimumWindow = 10;

double coherence_function(double v) {
  return 0.5 * (1.0 + std::tanh(v));
}

double square(double x) {
  return x * x;
}

/// 1 when there is nothing to compare with, else it decays with the root mean square distance.
double parameter_coherence(const std::optional<std::vector<double>>& previous,
                           const std::vector<double>& current) {
  if (!previous || current.empty() || previous->size() != current.size()) return 1.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < current.size(); ++i) sum += square(current[i] - (*previous)[i]);
  return std::exp(-std::sqrt(sum / static_cast<double>(current.size())) / 0.1);
}

void euler_step(GovernanceState& s, double drift_squared) {
  const double c = coherence_function(s.V);
  const double dE = 0.4 * (s.I - s.E) - 0.1 * s.S;
  const double dI = -0.1 * s.S + 0.3 * c - 0.25 * s.I * (1.0 - s.I);
  const double dS = -0.8 * s.S + s.lambda1 * drift_squared - 0.05 * c;
  const double dV = 0.3 * (s.E - s.I) - 0.4 * s.V;
  s.E = std::clamp(s.E + kStep * dE, 0.0, 1.0);
  s.I = std::clamp(s.I + kStep * dI, 0.0, 1.0);
  s.S = std::clamp(s.S + kStep * dS, 0.0, 2.0);
  s.V = std::clamp(s.V + kStep * dV, -2.0, 2.0);
}

double void_threshold(const VoidWindow& window, const Thresholds& t) {
  const std::size_t n = window.size();
  if (n < kMinimumWindow) return t.void_initial;
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += window[i];
  const double mean = sum / static_cast<double>(n);
  double squares = 0.0;
  for (std::size_t i = 0; i < n; ++i) squares += square(window[i] - mean);
  return std::clamp(mean + 2.0 * std::sqrt(squares / static_cast<double>(n)), t.void_min, t.void_max);
}

double void_frequency(const VoidWindow& window, double threshold) {
  const std::size_t n = window.size();
  if (n < kMinimumWindow) return 0.0;
  std::size_t above = 0;
  for (std::size_t i = 0; i < n; ++i) above += window[i] > threshold ? 1 : 0;
  return static_cast<double>(above) / static_cast<double>(n);
}

/// Proportional-integral controller of the ethical coupling.
void run_controller(GovernanceState& s, const UpdateRecord& r, const Thresholds& t) {
  const double void_error = t.target_void_frequency - void_frequency(s.void_window, r.void_threshold);
  const double coherence_error = r.coherence - t.target_coherence;
  s.integral = std::clamp(s.integral + kStep * void_error, -5.0, 5.0);
  s.lambda1 = std::clamp(s.lambda1 + 0.5 * (0.7 * void_error + 0.3 * coherence_error) + 0.05 * s.integral,
                         t.lambda1_min, t.lambda1_max);
}

Verdict verdict_of(double phi) {
  if (phi >= 0.3) return Verdict::safe;
  return phi >= 0.0 ? Verdict::caution : Verdict::high_risk;
}

double phi_risk(double phi, Verdict verdict) {
  switch (verdict) {
    case Verdict::safe: return std::max(0.0, 0.3 - 0.5 * (phi - 0.3));
    case Verdict::caution: return 0.3 + 0.4 * (0.3 - phi) / 0.3;
    case Verdict::high_risk:
    case Verdict::unknown: break;
  }
  return std::min(1.0, 0.7 + 2.0 * std::abs(phi));
}

double text_risk(const UpdateInput& input, double coherence) {
  const double length_part =
      0.2 / (1.0 + std::exp(-(static_cast<double>(input.text.code_points) - 2000.0) / 500.0));
  const double hit_part = 0.2 * std::min(static_cast<double>(input.text.hits) / 3.0, 1.0);
  return std::clamp(length_part + 0.3 * input.complexity + 0.3 * (1.0 - coherence) + hit_part, 0.0, 1.0);
}

Action decide(const UpdateRecord& r, const Thresholds& t) {
  if (r.void_active || r.verdict == Verdict::high_risk || r.coherence < t.coherence_critical)
    return Action::reject;
  if (r.risk < t.risk_approve) return Action::approve;
  return r.risk < t.risk_revise ? Action::revise : Action::reject;
}

std::uint8_t human_reasons(const UpdateRecord& r, const Thresholds& t) {
  unsigned reasons = 0;
  if (r.risk >= t.require_human_risk) reasons |= kHumanRisk;
  if (r.coherence < t.require_human_coherence) reasons |= kHumanCoherence;
  if (r.void_active) reasons |= kHumanVoid;
  if (r.verdict == Verdict::high_risk) reasons |= kHumanHighRisk;
  return static_cast<std::uint8_t>(reasons);
}

}  // namespace

Health assess_health(double risk, double coherence, bool void_active, const Thresholds& t) {
  if (void_active || coherence < t.coherence_critical || risk >= t.health_risk_degraded_max)
    return Health::critical;
  return risk >= t.health_risk_healthy_max ? Health::degraded : Health::healthy;
}

UpdateRecord advance(GovernanceState& s, const UpdateInput& input, const Thresholds& t) {
  UpdateRecord r;
  r.confidence = input.confidence;
  r.complexity = input.complexity;
  r.fingerprint = input.fingerprint;

  const double pc = parameter_coherence(s.previous_parameters, input.parameters);
  if (input.parameters.empty()) {
    s.previous_parameters.reset();
  } else {
    s.previous_parameters = input.parameters;
  }

  const double drift_squared =
      square(input.ethical_drift[0]) + square(input.ethical_drift[1]) + square(input.ethical_drift[2]);
  euler_step(s, drift_squared);
  r.coherence = std::clamp(0.7 * coherence_function(s.V) + 0.3 * pc, 0.0, 1.0);
  s.updates += 1;
  s.time += kStep;

  s.void_window.push(std::abs(s.V));
  r.void_threshold = void_threshold(s.void_window, t);
  r.void_active = std::abs(s.V) > r.void_threshold;

  if (s.updates % t.lambda1_update_interval == 0) {
    if (input.confidence >= t.controller_confidence) {
      run_controller(s, r, t);
    } else {
      r.lambda1_skipped = true;
    }
  }

  r.phi = 0.5 * s.E - 0.5 * (1.0 - s.I) - 0.5 * s.S - 0.5 * std::abs(s.V) - 0.5 * drift_squared;
  r.verdict = verdict_of(r.phi);
  r.risk = std::clamp(0.7 * phi_risk(r.phi, r.verdict) + 0.3 * text_risk(input, r.coherence), 0.0, 1.0);

  r.number = s.updates;
  r.updates = s.updates;
  r.E = s.E;
  r.I = s.I;
  r.S = s.S;
  r.V = s.V;
  r.lambda1 = s.lambda1;
  r.integral = s.integral;
  r.time = s.time;
  r.action = decide(r, t);
  r.human_reasons = human_reasons(r, t);
  r.health = assess_health(r.risk, r.coherence, r.void_active, t);
  return r;
}

}  // namespace governor::core
