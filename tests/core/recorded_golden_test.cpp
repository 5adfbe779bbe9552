// Trajectories that the original system recorded; third-party data, so a test of its own that runs where they
// are.
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/governance_model.hpp"
#include "tests/support/catch.hpp"

TEST_CASE("the model follows the trajectories that the original system recorded") {
  namespace json = boost::json;
  using namespace governor::core;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GOVERNOR_RECORDED_DIR)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    const json::value recorded = json::parse(text.str());
    GovernanceState state;
    const Thresholds thresholds;
    const auto& energies = recorded.at("E").as_array();
    for (std::size_t i = 0; i < energies.size(); ++i) {
      const UpdateRecord r = advance(state, UpdateInput{}, thresholds);
      const auto close = [&](const char* name, double actual) {
        INFO(entry.path().filename() << " update " << i + 1 << " " << name);
        CHECK(std::abs(actual - recorded.at(name).as_array()[i].to_number<double>()) <= 1e-12);
      };
      close("E", r.E);
      close("I", r.I);
      close("S", r.S);
      close("V", r.V);
      close("coherence", r.coherence);
    }
  }
  CHECK(files >= 1);
}
