// The model must give the figures of the golden vectors, to 1e-12.
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/governance_model.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace json = boost::json;
using namespace governor::core;

json::value read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

Thresholds thresholds_from(const json::object& object) {
  Thresholds t;
  for (const auto& [name, value] : object) {
    const double x = value.to_number<double>();
    if (name == "risk_approve_threshold")
      t.risk_approve = x;
    else if (name == "risk_revise_threshold")
      t.risk_revise = x;
    else if (name == "require_human_risk_threshold")
      t.require_human_risk = x;
    else if (name == "require_human_coherence_threshold")
      t.require_human_coherence = x;
    else if (name == "coherence_critical_threshold")
      t.coherence_critical = x;
    else if (name == "health_risk_healthy_max")
      t.health_risk_healthy_max = x;
    else if (name == "health_risk_degraded_max")
      t.health_risk_degraded_max = x;
    else if (name == "void_threshold_initial")
      t.void_initial = x;
    else
      FAIL("unknown threshold " << name);
  }
  return t;
}

UpdateInput input_from(const json::object& object) {
  UpdateInput input;
  for (const auto& [name, value] : object) {
    if (name == "parameters") {
      for (const auto& x : value.as_array()) input.parameters.push_back(x.to_number<double>());
    } else if (name == "ethical_drift") {
      const auto& drift = value.as_array();
      for (std::size_t i = 0; i < drift.size() && i < 3; ++i)
        input.ethical_drift[i] = drift[i].to_number<double>();
    } else if (name == "response_text") {
      input.text = examine_text(value.as_string());
    } else if (name == "complexity") {
      input.complexity = value.to_number<double>();
    } else if (name == "confidence") {
      input.confidence = value.to_number<double>();
    } else {
      FAIL("unknown input " << name);
    }
  }
  return input;
}

void check_close(const char* name, double actual, const json::value& expected) {
  INFO(name << " is " << actual << ", expected " << expected);
  CHECK(std::abs(actual - expected.to_number<double>()) <= 1e-12);
}

void check_step(const UpdateRecord& r, const json::object& expected) {
  check_close("E", r.E, expected.at("E"));
  check_close("I", r.I, expected.at("I"));
  check_close("S", r.S, expected.at("S"));
  check_close("V", r.V, expected.at("V"));
  check_close("coherence", r.coherence, expected.at("coherence"));
  check_close("risk", r.risk, expected.at("risk"));
  check_close("phi", r.phi, expected.at("phi"));
  check_close("lambda1", r.lambda1, expected.at("lambda1"));
  check_close("void_threshold", r.void_threshold, expected.at("void_threshold"));
  CHECK(to_string(r.verdict) == std::string_view(expected.at("verdict").as_string()));
  CHECK(to_string(r.action) == std::string_view(expected.at("action").as_string()));
  CHECK(to_string(r.health) == std::string_view(expected.at("health").as_string()));
  CHECK(r.require_human() == expected.at("require_human").as_bool());
  CHECK(r.void_active == expected.at("void_active").as_bool());
  CHECK(r.lambda1_skipped == expected.at("lambda1_skipped").as_bool());
  CHECK(r.number == expected.at("n").to_number<std::uint64_t>());
  const SamplingParameters sampling = sampling_parameters(r.lambda1);
  check_close("temperature", sampling.temperature, expected.at("temperature"));
  check_close("top_p", sampling.top_p, expected.at("top_p"));
  CHECK(sampling.max_tokens == expected.at("max_tokens").to_number<int>());
}

}  // namespace

TEST_CASE("the model gives every figure of every golden vector") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GOVERNOR_GOLDEN_DIR)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    INFO(entry.path().filename());
    const json::value document = read_json(entry.path());
    const Thresholds thresholds = thresholds_from(document.at("thresholds").as_object());
    GovernanceState state;
    for (const auto& step : document.at("steps").as_array()) {
      INFO("step " << state.updates + 1);
      const UpdateRecord record = advance(state, input_from(step.at("input").as_object()), thresholds);
      check_step(record, step.at("output").as_object());
    }
  }
  CHECK(files >= 10);
}
