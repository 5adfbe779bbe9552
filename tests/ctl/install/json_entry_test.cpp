#include <boost/json.hpp>

#include "ctl/install/entry_text.hpp"
#include "ctl/install/jsonc_document.hpp"
#include "tests/ctl/install/random_jsonc.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl;
namespace json = boost::json;

namespace {

const std::vector<std::string> kPath{"mcpServers", "governor"};
const JsonEntry kEntry{kPath, json::object{{"command", "/opt/bin/governor-proxy"}}};

std::string with(const std::string& text) {
  const auto changed = with_json_entry(text, kEntry, false);
  REQUIRE(changed.has_value());
  return *changed;
}

std::string without(const std::string& text) {
  const auto changed = without_json_entry(text, kPath);
  REQUIRE(changed.has_value());
  return *changed;
}

json::value parsed(const std::string& text) {
  const auto read = read_jsonc(text);
  REQUIRE(std::holds_alternative<JsoncValue>(read));
  return json::parse(plain_json_text(text, std::get<JsoncValue>(read)));
}

}  // namespace

TEST_CASE("an entry is put behind the others, in the layout of the document", "[ctl]") {
  CHECK(with("{\n    \"mcpServers\": {\n        \"a\": {} // first\n    }\n}\n") ==
        "{\n    \"mcpServers\": {\n        \"a\": {}, // first\n        \"governor\": {\n            "
        "\"command\": \"/opt/bin/governor-proxy\"\n        }\n    }\n}\n");
  CHECK(with("{\r\n\t\"mcpServers\": {\r\n\t\t\"a\": {},\r\n\t},\r\n}") ==
        "{\r\n\t\"mcpServers\": {\r\n\t\t\"a\": {},\r\n\t\t\"governor\": {\r\n\t\t\t\"command\": "
        "\"/opt/bin/governor-proxy\"\r\n\t\t},\r\n\t},\r\n}");
  CHECK(
      with("{}") ==
      "{\n  \"mcpServers\": {\n    \"governor\": {\n      \"command\": \"/opt/bin/governor-proxy\"\n    }\n  "
      "}\n}");
  CHECK(
      with("") ==
      "{\n  \"mcpServers\": {\n    \"governor\": {\n      \"command\": \"/opt/bin/governor-proxy\"\n    }\n  "
      "}\n}\n");
}

TEST_CASE("only the program is exchanged in an entry that is there", "[ctl]") {
  const std::string text =
      R"({"mcpServers": {"governor": {"args": ["--tools", "full"], "command": "/old/governor-proxy"}}})";
  CHECK(
      with(text) ==
      R"({"mcpServers": {"governor": {"args": ["--tools", "full"], "command": "/opt/bin/governor-proxy"}}})");
  const auto whole = with_json_entry(text, kEntry, true);
  REQUIRE(whole.has_value());
  CHECK(whole->find("--tools") == std::string::npos);
}

TEST_CASE("what is not as expected is refused, with the place", "[ctl]") {
  CHECK(with_json_entry("[]", kEntry, false).error().message ==
        "line 1, column 1: an object is expected here");
  CHECK(with_json_entry("{\n\"mcpServers\": 1}", kEntry, false).error().message ==
        "line 2, column 15: an object is expected here");
  CHECK(with_json_entry("{\"mcpServers\":{},\"mcpServers\":{}}", kEntry, false).error().message ==
        "line 1, column 18: \"mcpServers\" stands here a second time");
}

TEST_CASE("an entry adds itself and changes nothing else, in any document", "[ctl]") {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    const std::string text = test::RandomJsonc(seed).document("mcpServers");
    const std::string changed = with(text);
    CAPTURE(seed, text, changed);
    json::object expected = parsed(text).as_object();
    json::value& servers = expected["mcpServers"];
    if (!servers.is_object()) servers = json::object();
    servers.as_object()["governor"] = kEntry.value;
    CHECK(parsed(changed) == json::value(expected));
    const auto found = find_json_entry(changed, kPath);
    REQUIRE(found.has_value());
    REQUIRE(*found);
    CHECK((*found)->command == "/opt/bin/governor-proxy");
    CHECK(with(changed) == changed);
  }
}

TEST_CASE("taking an entry out from between others gives the bytes from before", "[ctl]") {
  unsigned seen = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::string text = test::RandomJsonc(seed).document("mcpServers");
    const json::object document = parsed(text).as_object();
    const json::value* servers = document.if_contains("mcpServers");
    if (servers == nullptr || servers->as_object().empty()) continue;
    CAPTURE(seed, text, with(text));
    // A bracket on the line of the last member gets a line of its own, which stays.
    const std::string again = without(with(text));
    ++seen;
    CHECK(parsed(again) == json::value(document));
    const auto compact = [](std::string some) {
      std::erase_if(some, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
      return some;
    };
    CHECK(compact(again) == compact(text));
  }
  CHECK(seen > 100);
}

TEST_CASE("an entry that is first, in the middle or last is taken out with its comma", "[ctl]") {
  const std::string first = "{\"mcpServers\": {\n  \"governor\": {},\n  \"a\": {}\n}}";
  CHECK(without(first) == "{\"mcpServers\": {\n  \"a\": {}\n}}");
  const std::string middle = "{\"mcpServers\": {\n  \"a\": {},\n  \"governor\": {}, // ours\n  \"b\": {}\n}}";
  CHECK(without(middle) == "{\"mcpServers\": {\n  \"a\": {}, // ours\n  \"b\": {}\n}}");
  const std::string last = "{\"mcpServers\": {\n  \"a\": {}, // a\n  \"governor\": {}\n}}";
  CHECK(without(last) == "{\"mcpServers\": {\n  \"a\": {} // a\n}}");
  const std::string only = "{\"mcpServers\": {\n  \"governor\": {}\n}}";
  CHECK(without(only) == "{\"mcpServers\": {\n}}");
  CHECK(without("{}") == "{}");
}
