#include "daemon/tools/arguments.hpp"

#include <boost/json.hpp>
#include <limits>
#include <string>

#include "tests/support/catch.hpp"

using governor::core::Error;
using governor::core::ErrorCode;
using governor::daemon::Arguments;
namespace json = boost::json;

namespace {

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

/// What `finish` says after `read` has asked for its arguments.
template <class Read>
std::optional<Error> after(std::string_view text, Read read) {
  const json::object given = object(text);
  Arguments arguments(given);
  read(arguments);
  return arguments.finish();
}

void check(const std::optional<Error>& error, std::string_view field, std::string_view given,
           std::string_view expected) {
  REQUIRE(error);
  CHECK(error->code == ErrorCode::invalid_argument);
  CHECK(error->field == field);
  CHECK(error->given == given);
  CHECK(error->expected == expected);
}

}  // namespace

TEST_CASE("arguments of the right types are read") {
  const json::object given = object(
      R"({"t":"text","n":0.5,"i":7,"f":true,"l":[1,2.5,18446744073709551615],"s":["a","b"],"c":"csv","agent_id":"x"})");
  Arguments arguments(given);
  CHECK(arguments.text("t", 4) == "text");
  CHECK(arguments.number("n", 0, 0, 1) == 0.5);
  CHECK(arguments.integer("i", 0, 1, 7) == 7);
  CHECK(arguments.flag("f", false));
  CHECK(arguments.numbers("l", 3, -1, 1e20) == std::vector<double>{1, 2.5, 18446744073709551615.0});
  CHECK(arguments.texts("s", 2, 1) == std::vector<std::string>{"a", "b"});
  CHECK(arguments.choice("c", {"json", "csv"}) == "csv");
  CHECK(arguments.agent_id() == "x");
  CHECK_FALSE(arguments.finish());
}

TEST_CASE("absent arguments take their defaults") {
  const json::object given = object("{}");
  Arguments arguments(given);
  CHECK_FALSE(arguments.text("t", 4));
  CHECK(arguments.number("n", 0.25, 0, 1) == 0.25);
  CHECK(arguments.integer("i", 3, 1, 7) == 3);
  CHECK(arguments.integer_or_null("j", 3, 1, 7) == 3);
  CHECK(arguments.flag("f", true));
  CHECK(arguments.numbers("l", 3, -1, 1).empty());
  CHECK_FALSE(arguments.texts("s", 2, 1));
  CHECK(arguments.choice("c", {"json", "csv"}) == "json");
  CHECK_FALSE(arguments.agent_id());
  CHECK_FALSE(arguments.finish());
}

TEST_CASE("null is refused like any other value of the wrong type, and the argument named") {
  const auto refused = [](auto read, std::string_view expected) {
    check(after(R"({"x":null})", read), "x", "null", expected);
  };
  refused([](Arguments& a) { a.text("x", 4); }, "a text of at most 4 bytes");
  refused([](Arguments& a) { a.number("x", 0, 0, 1); }, "a number from 0 to 1");
  refused([](Arguments& a) { a.integer("x", 3, 1, 7); }, "a whole number from 1 to 7");
  refused([](Arguments& a) { a.flag("x", true); }, "true or false");
  refused([](Arguments& a) { a.numbers("x", 3, -1, 1); }, "a list of at most 3 numbers");
  refused([](Arguments& a) { a.texts("x", 2, 1); }, "a list of at most 2 texts of at most 1 bytes");
  refused([](Arguments& a) { a.choice("x", {"", "csv"}); }, "one of csv");
  refused([](Arguments& a) { a.agent_ids("x", 1, 2); }, "a list of 1 to 2 agent ids");
  refused([](Arguments& a) { a.agent_id("x"); }, "a text of 1 to 128 characters of A-Z a-z 0-9 . _ -");
  refused([](Arguments& a) { a.moment("x"); }, "a moment such as 2026-01-31T12:00:00Z");
  refused([](Arguments& a) { a.object("x"); }, "an object");
}

TEST_CASE("where the schema allows null it counts as absent") {
  const auto read = [](Arguments& a) { CHECK(a.integer_or_null("x", 3, 1, 7) == 3); };
  CHECK_FALSE(after(R"({"x":null})", read));
  check(after(R"({"x":"5"})", read), "x", "\"5\"", "a whole number from 1 to 7");
}

TEST_CASE("an integer beyond 63 bits is refused and never becomes another one") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  for (const char* text :
       {R"({"i":9223372036854775808})", R"({"i":18446744073709551615})", R"({"i":18446744073709551616})",
        R"({"i":9223372036854775808.0})", R"({"i":1e300})", R"({"i":-1e300})",
        R"({"i":-9223372036854775809})", R"({"i":1e999})", R"({"i":5e-324})"}) {
    INFO(text);
    const auto error = after(text, [](Arguments& a) { CHECK(a.integer("i", -7, kLeast, kMost) == -7); });
    REQUIRE(error);
    CHECK(error->field == "i");
  }
  const auto exact = [](std::string_view text) {
    const json::object given = object(text);
    Arguments arguments(given);
    const std::int64_t read = arguments.integer("i", 0, kLeast, kMost);
    CHECK_FALSE(arguments.finish());
    return read;
  };
  CHECK(exact(R"({"i":9223372036854775807})") == kMost);
  CHECK(exact(R"({"i":-9223372036854775808})") == kLeast);
  CHECK(exact(R"({"i":9007199254740992.0})") == 9007199254740992);
  CHECK(exact(R"({"i":9007199254740993})") == 9007199254740993);
}

TEST_CASE("an empty text is no choice, also where the first choice stands for absent") {
  const auto read = [](Arguments& a) { a.choice("c", {"", "json", "csv"}); };
  check(after(R"({"c":""})", read), "c", "\"\"", "one of json, csv");
  CHECK_FALSE(after("{}", read));
}

TEST_CASE("a text of the wrong type or too long is refused") {
  const auto read = [](Arguments& a) { a.text("t", 3); };
  check(after(R"({"t":5})", read), "t", "5", "a text of at most 3 bytes");
  check(after(R"({"t":"four"})", read), "t", "\"four\"", "a text of at most 3 bytes");
  check(after(R"({"t":{"a":1}})", read), "t", "an object", "a text of at most 3 bytes");
}

TEST_CASE("numbers of the wrong type, out of range or beyond a double are refused") {
  const auto read = [](Arguments& a) { a.number("n", 0, 0, 1); };
  check(after(R"({"n":"0.5"})", read), "n", "\"0.5\"", "a number from 0 to 1");
  check(after(R"({"n":true})", read), "n", "true", "a number from 0 to 1");
  check(after(R"({"n":-0.1})", read), "n", "-0.1", "a number from 0 to 1");
  check(after(R"({"n":2})", read), "n", "2", "a number from 0 to 1");
  check(after(R"({"n":1e999})", read), "n", "a number too large for a double", "a number from 0 to 1");
}

TEST_CASE("a whole number may be written as a double, a fraction is refused") {
  const json::object given = object(R"({"i":7.0})");
  Arguments arguments(given);
  CHECK(arguments.integer("i", 0, 1, 7) == 7);
  CHECK_FALSE(arguments.finish());
  const auto read = [](Arguments& a) { a.integer("i", 0, 1, 7); };
  check(after(R"({"i":7.5})", read), "i", "7.5", "a whole number from 1 to 7");
  check(after(R"({"i":0})", read), "i", "0", "a whole number from 1 to 7");
  check(after(R"({"i":8})", read), "i", "8", "a whole number from 1 to 7");
  check(after(R"({"i":"3"})", read), "i", "\"3\"", "a whole number from 1 to 7");
}

TEST_CASE("only true and false are flags") {
  const auto read = [](Arguments& a) { a.flag("f", false); };
  check(after(R"({"f":1})", read), "f", "1", "true or false");
  check(after(R"({"f":"true"})", read), "f", "\"true\"", "true or false");
}

TEST_CASE("a list of numbers names the item that is wrong") {
  const auto read = [](Arguments& a) { a.numbers("l", 3, -1, 1); };
  check(after(R"({"l":[0,0.5,"x"]})", read), "l[2]", "\"x\"", "a number from -1 to 1");
  check(after(R"({"l":[null]})", read), "l[0]", "null", "a number from -1 to 1");
  check(after(R"({"l":[0,2]})", read), "l[1]", "2", "a number from -1 to 1");
  check(after(R"({"l":[1e999]})", read), "l[0]", "a number too large for a double", "a number from -1 to 1");
  check(after(R"({"l":5})", read), "l", "5", "a list of at most 3 numbers");
  check(after(R"({"l":[0,0,0,0]})", read), "l", "[0,0,0,0]", "a list of at most 3 numbers");
}

TEST_CASE("a list of texts is bounded in items and bytes") {
  const auto read = [](Arguments& a) { a.texts("s", 2, 3); };
  const std::string expected = "a list of at most 2 texts of at most 3 bytes";
  check(after(R"({"s":["a","b","c"]})", read), "s", R"(["a","b","c"])", expected);
  check(after(R"({"s":["four"]})", read), "s", "\"four\"", expected);
  check(after(R"({"s":[1]})", read), "s", "1", expected);
  check(after(R"({"s":"a"})", read), "s", "\"a\"", expected);
}

TEST_CASE("a choice is one of the list") {
  const auto read = [](Arguments& a) { a.choice("c", {"json", "csv"}); };
  check(after(R"({"c":"xml"})", read), "c", "\"xml\"", "one of json, csv");
  check(after(R"({"c":0})", read), "c", "0", "one of json, csv");
}

TEST_CASE("an agent id is checked where it is read") {
  const auto read = [](Arguments& a) { a.agent_id("parent_agent_id"); };
  check(after(R"({"parent_agent_id":""})", read), "parent_agent_id", "\"\"",
        "1 to 128 characters of A-Z a-z 0-9 . _ -");
  CHECK(after(R"({"parent_agent_id":["x"]})", read)->field == "parent_agent_id");
}

TEST_CASE("a list of agent ids is bounded, and each of them checked") {
  const auto read = [](Arguments& a) { a.agent_ids("ids", 2, 3); };
  check(after(R"({"ids":["a"]})", read), "ids", R"(["a"])", "a list of 2 to 3 agent ids");
  check(after(R"({"ids":["a","b","c","d"]})", read), "ids", R"(["a","b","c","d"])",
        "a list of 2 to 3 agent ids");
  check(after(R"({"ids":"a"})", read), "ids", "\"a\"", "a list of 2 to 3 agent ids");
  check(after(R"({"ids":["a",5]})", read), "ids[1]", "5", "an agent id");
  check(after(R"({"ids":["a","b c"]})", read), "ids[1]", "\"b c\"",
        "1 to 128 characters of A-Z a-z 0-9 . _ -");
  const json::object given = object(R"({"ids":["a","b"]})");
  Arguments arguments(given);
  CHECK(arguments.agent_ids("ids", 2, 3) == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(arguments.finish());
}

TEST_CASE("a missing argument is told unless something else is wrong") {
  const auto read = [](Arguments& a) {
    a.require("n", "a number");
    a.require("m", "another");
    a.number("n", 0, 0, 1);
    a.number("m", 0, 0, 1);
  };
  for (const char* given : {"{}", R"({"m":0})"}) {
    const auto error = after(given, read);
    REQUIRE(error);
    CHECK(error->field == "n");
    CHECK(error->message == "n is missing; accepted: a number.");
  }
  CHECK(after(R"({"n":1})", read)->field == "m");
  CHECK(after(R"({"m":0,"n":null})", read)->message == "n is null; accepted: a number from 0 to 1.");
  CHECK(after(R"({"surprise":1})", read)->field == "surprise");
  CHECK(after(R"({"m":7})", read)->given == "7");
  CHECK_FALSE(after(R"({"n":0,"m":1})", read));
}

TEST_CASE("an unknown argument is named, with those that are known") {
  const auto error = after(R"({"complexty":0.5})", [](Arguments& a) {
    a.number("complexity", 0.5, 0, 1);
    a.number("confidence", 1, 0, 1);
  });
  check(error, "complexty", "0.5", "complexity, confidence");
  CHECK(error->message.find("complexty is not an argument of this tool") == 0);
  CHECK(after(R"({"x":null})", [](Arguments&) {}));  // also when it is null
}

TEST_CASE("the first thing wrong is told") {
  const auto error = after(R"({"unknown":1,"b":"x","a":"x"})", [](Arguments& a) {
    a.number("a", 0, 0, 1);
    a.number("b", 0, 0, 1);
  });
  REQUIRE(error);
  CHECK(error->field == "a");
}

TEST_CASE("what was given is shown shortened, cut between code points") {
  std::string long_text(79, 'x');
  long_text += "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC";  // the cut falls into one of them
  json::object given;
  given["t"] = long_text;
  Arguments arguments(given);
  arguments.number("t", 0, 0, 1);
  const auto error = arguments.finish();
  REQUIRE(error);
  CHECK(error->given == "\"" + std::string(79, 'x') + "...");
  json::object many;
  many["t"] = json::array(1000, 1);
  Arguments list(many);
  list.number("t", 0, 0, 1);
  CHECK(list.finish()->given == "a list of 1000 values");
}

TEST_CASE("a tool that takes nothing says so, and numbers are told as people write them") {
  json::object given{{"x", 0.667}};
  Arguments none(given);
  const auto error = none.finish();
  REQUIRE(error);
  CHECK(error->given == "0.667");
  CHECK(error->expected == "no arguments");
  CHECK(error->message == "x is not an argument of this tool; accepted: no arguments.");
  json::object high{{"x", 1.25}};
  Arguments too_high(high);
  too_high.number("x", 0, 0, 1);
  CHECK(too_high.finish()->given == "1.25");
}
