#include "ctl/install/jsonc_document.hpp"

#include <boost/json.hpp>

#include "tests/ctl/install/random_jsonc.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl;

namespace {

std::string fault_in(const std::string& text) {
  const auto read = read_jsonc(text);
  const auto* fault = std::get_if<TextFault>(&read);
  return fault == nullptr ? "" : placed(text, *fault);
}

}  // namespace

TEST_CASE("comments, commas before brackets and a byte order mark are understood", "[ctl]") {
  const std::string text = "\xEF\xBB\xBF// head\n{\"a\": [1, 2,], /* b */ \"b\": {\"c\": \"}\",},}\n// tail";
  const auto read = read_jsonc(text);
  REQUIRE(std::holds_alternative<JsoncValue>(read));
  CHECK(plain_json_text(text, std::get<JsoncValue>(read)) == R"({"a":[1,2],"b":{"c":"}"}})");
}

TEST_CASE("what is wrong is named with its line and column", "[ctl]") {
  CHECK(fault_in("{\n  \"a\": 1\n  \"b\": 2\n}") == "line 3, column 3: a comma or } is expected");
  CHECK(fault_in("{\n  \"a\": ") == "line 2, column 8: a value is expected, and the text ends");
  CHECK(fault_in("{\n  \"a\": {") == "line 2, column 8: this { is not closed");
  CHECK(fault_in("{'a': 1}") == "line 1, column 2: a name in double quotes is expected");
  CHECK(fault_in("{\"a\" 1}") == "line 1, column 6: a colon is expected");
  CHECK(fault_in("{\"a\": nope}") == "line 1, column 7: a value is expected here");
  CHECK(fault_in("{\"a\": \"b}") == "line 1, column 7: this text has no closing quote");
  CHECK(fault_in("{\"a\": \"\\q\"}") == "line 1, column 7: this text is not valid");
  CHECK(fault_in("{} {}") == "line 1, column 4: nothing more is expected after the document");
  CHECK(fault_in("{ /* }") == "line 1, column 3: this comment has no end");
  CHECK(fault_in("{\"a\": 1,,}") == "line 1, column 9: a name in double quotes is expected");
  CHECK(fault_in(std::string(1000, '[')).find("nested too deeply") != std::string::npos);
}

TEST_CASE("every random document is read, and its plain form is what a strict parser reads", "[ctl]") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const std::string text = test::RandomJsonc(seed).document("mcpServers");
    CAPTURE(seed, text);
    const auto read = read_jsonc(text);
    REQUIRE(std::holds_alternative<JsoncValue>(read));
    boost::json::error_code failure;
    boost::json::parse(plain_json_text(text, std::get<JsoncValue>(read)), failure);
    CHECK_FALSE(failure);
  }
}

TEST_CASE("a document that is cut off anywhere is refused, and never read as whole", "[ctl]") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    const std::string text = test::RandomJsonc(seed).document("mcpServers");
    const auto whole = read_jsonc(text);
    for (std::size_t end = 0; end < std::get<JsoncValue>(whole).end; ++end) {
      CAPTURE(seed, end);
      CHECK_FALSE(fault_in(text.substr(0, end)).empty());
    }
  }
}
