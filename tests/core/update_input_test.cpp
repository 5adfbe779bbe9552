#include "core/update_input.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_refused(const UpdateInput& input, const std::string& field) {
  const auto error = validate(input);
  INFO(field);
  REQUIRE(error);
  CHECK(error->code == ErrorCode::invalid_argument);
  CHECK(error->field == field);
  CHECK_FALSE(error->given.empty());
  CHECK_FALSE(error->expected.empty());
}

}  // namespace

TEST_CASE("an update without arguments is valid") {
  CHECK_FALSE(validate(UpdateInput{}));
}

TEST_CASE("at most 4096 parameters are accepted, and each must be finite") {
  UpdateInput input;
  input.parameters.assign(UpdateInput::kMaxParameters, 1e308);
  CHECK_FALSE(validate(input));
  input.parameters.push_back(0.0);
  check_refused(input, "parameters");
  for (const double wrong : {std::nan(""), kInfinity, -kInfinity}) {
    input.parameters = {0.0, -1e308, wrong};
    check_refused(input, "parameters[2]");
  }
}

TEST_CASE("each component of the drift lies in -1 to 1") {
  for (std::size_t i = 0; i < 3; ++i) {
    for (const double edge : {-1.0, 1.0}) {
      UpdateInput input;
      input.ethical_drift[i] = edge;
      CHECK_FALSE(validate(input));
    }
    for (const double wrong : {-1.0000001, 1.0000001, kInfinity, -kInfinity, std::nan("")}) {
      UpdateInput input;
      input.ethical_drift[i] = wrong;
      check_refused(input, "ethical_drift[" + std::to_string(i) + "]");
    }
  }
}

TEST_CASE("complexity and confidence lie in 0 to 1") {
  for (const double edge : {0.0, 1.0}) {
    UpdateInput input;
    input.complexity = edge;
    input.confidence = edge;
    CHECK_FALSE(validate(input));
  }
  for (const double wrong : {-0.0000001, 1.0000001, kInfinity, -kInfinity, std::nan("")}) {
    UpdateInput input;
    input.complexity = wrong;
    check_refused(input, "complexity");
    input = UpdateInput{};
    input.confidence = wrong;
    check_refused(input, "confidence");
  }
}

TEST_CASE("the length of a text is its number of code points") {
  CHECK(examine_text("").code_points == 0);
  CHECK(examine_text("abc").code_points == 3);
  CHECK(examine_text("\xC3\xA9").code_points == 1);           // e with acute
  CHECK(examine_text("\xE2\x82\xAC").code_points == 1);       // euro sign
  CHECK(examine_text("\xF0\x9F\x98\x80!").code_points == 2);  // an emoji and a mark
  CHECK(examine_text("e\xCC\x81").code_points == 2);          // combining accent: two code points
  CHECK(examine_text(std::string(3, '\0')).code_points == 3);
}

TEST_CASE("each suspicious phrase is found in any case and at any place") {
  for (const char* phrase : {"ignore previous", "system prompt", "jailbreak", "sudo", "rm -rf", "drop table",
                             "script>", "violate", "bypass", "override safety"}) {
    INFO(phrase);
    const std::string text(phrase);
    std::string upper;
    for (const char c : text) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    CHECK(examine_text(text).hits == 1);
    CHECK(examine_text(upper).hits == 1);
    CHECK(examine_text("x" + text + "y").hits == 1);
    CHECK(examine_text("\xC3\xA9" + upper).hits == 1);
    CHECK(examine_text(text.substr(0, text.size() - 1)).hits == 0);
    CHECK(examine_text(text.substr(1)).hits == 0);
  }
}

TEST_CASE("a phrase counts once however often it occurs") {
  CHECK(examine_text("sudo SUDO sudo").hits == 1);
  CHECK(examine_text("sudo bypass sudo Bypass rm -rf").hits == 3);
}

TEST_CASE("phrases that begin alike or overlap are all found") {
  CHECK(examine_text("ssudosystem prompt").hits == 2);     // both begin with s
  CHECK(examine_text("script>sudo").hits == 2);            // s again
  CHECK(examine_text("<script>violatebypass").hits == 3);  // one after the other
  CHECK(examine_text("susudo").hits == 1);                 // a false start right before
  CHECK(examine_text("system system prompt").hits == 1);
}

TEST_CASE("case is ignored for ASCII letters only") {
  CHECK(examine_text("RM \rRF").hits == 0);      // '-' is not a letter of either case
  CHECK(examine_text("SCRIPT^").hits == 0);      // '^' is '>' with the case bit
  CHECK(examine_text("\xC5\xBFudo").hits == 0);  // long s folds to s in Unicode, not here
}
