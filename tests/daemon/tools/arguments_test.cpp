#include "daemon/tools/arguments.hpp"

#include <boost/json.hpp>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using governor::core::Error;
using governor::core::ErrorCode;
using namespace governor::daemon;
namespace json = boost::json;

namespace {

json::object parsed_arguments(std::string_view text) {
  return json::parse(text).as_object();
}

using Table = std::vector<Parameter>;

/// What `finish` says after `read` has asked for its arguments.
template <class Read>
std::optional<Error> after(std::string_view text, const Table& table, Read read) {
  const json::object given = parsed_arguments(text);
  Arguments arguments(given, table);
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
  const json::object given = parsed_arguments(
      R"({"t":"text","n":0.5,"i":7,"f":true,"l":[1,2.5,18446744073709551615],"s":["a","b"],"c":"csv","agent_id":"x"})");
  const Table table{
      text("t", 4),     number("n", 0, 1),       integer("i", 1, 7), flag("f"), numbers("l", 3, -1, 1e20),
      texts("s", 2, 1), choice("c", "json csv"), agent_id()};
  Arguments arguments(given, table);
  CHECK(arguments.text("t") == "text");
  CHECK(arguments.number("n") == 0.5);
  CHECK(arguments.integer("i") == 7);
  CHECK(arguments.flag("f"));
  CHECK(arguments.numbers("l") == std::vector<double>{1, 2.5, 18446744073709551615.0});
  CHECK(arguments.texts("s") == std::vector<std::string>{"a", "b"});
  CHECK(arguments.choice("c") == "csv");
  CHECK(arguments.agent_id() == "x");
  CHECK_FALSE(arguments.finish());
}

TEST_CASE("absent arguments take their defaults") {
  const json::object given;
  const Table table{text("t", 4),
                    number("n", 0, 1).otherwise(0.25),
                    number("m", 0, 1),
                    integer("i", 1, 7).otherwise(3),
                    integer("j", 1, 7),
                    flag("f").otherwise(true),
                    flag("g"),
                    numbers("l", 3, -1, 1),
                    texts("s", 2, 1),
                    choice("c", "json csv").otherwise("json"),
                    choice("d", "json csv"),
                    agent_id()};
  Arguments arguments(given, table);
  CHECK_FALSE(arguments.text("t"));
  CHECK(arguments.number("n") == 0.25);
  CHECK(arguments.number("m", -2) == -2);
  CHECK(arguments.integer("i", 5) == 3);
  CHECK(arguments.integer("j", -1) == -1);
  CHECK(arguments.integer("j") == 0);
  CHECK(arguments.flag("f"));
  CHECK_FALSE(arguments.flag("g"));
  CHECK(arguments.numbers("l").empty());
  CHECK_FALSE(arguments.texts("s"));
  CHECK(arguments.choice("c") == "json");
  CHECK(arguments.choice("d").empty());
  CHECK_FALSE(arguments.agent_id());
  CHECK_FALSE(arguments.finish());
}

TEST_CASE("null is refused like any other value of the wrong type, and the argument named") {
  const auto refused = [](const Parameter& parameter, auto read, std::string_view expected) {
    check(after(R"({"x":null})", {parameter}, read), "x", "null", expected);
  };
  refused(
      text("x", 4), [](Arguments& a) { a.text("x"); }, "a text of at most 4 bytes");
  refused(
      number("x", 0, 1), [](Arguments& a) { a.number("x"); }, "a number from 0 to 1");
  refused(
      integer("x", 1, 7), [](Arguments& a) { a.integer("x"); }, "a whole number from 1 to 7");
  refused(
      flag("x"), [](Arguments& a) { a.flag("x"); }, "true or false");
  refused(
      numbers("x", 3, -1, 1), [](Arguments& a) { a.numbers("x"); }, "a list of at most 3 numbers");
  refused(
      texts("x", 2, 1), [](Arguments& a) { a.texts("x"); }, "a list of at most 2 texts of at most 1 bytes");
  refused(
      choice("x", "csv"), [](Arguments& a) { a.choice("x"); }, "one of csv");
  refused(
      agent_ids("x", 1, 2), [](Arguments& a) { a.agent_ids("x"); }, "a list of 1 to 2 agent ids");
  refused(
      agent_named("x"), [](Arguments& a) { a.agent_id("x"); },
      "a text of 1 to 128 characters of A-Z a-z 0-9 . _ -");
  refused(
      moment("x"), [](Arguments& a) { a.moment("x"); }, "a moment such as 2026-01-31T12:00:00Z");
  refused(
      object("x"), [](Arguments& a) { a.object("x"); }, "an object");
}

TEST_CASE("where the table allows null it counts as absent") {
  const Table table{integer("x", 1, 7).otherwise(3).or_null()};
  const auto read = [](Arguments& a) { CHECK(a.integer("x") == 3); };
  CHECK_FALSE(after(R"({"x":null})", table, read));
  check(after(R"({"x":"5"})", table, read), "x", "\"5\"", "a whole number from 1 to 7");
}

TEST_CASE("what is not in the table cannot be read") {
  const json::object given;
  Arguments arguments(given, {});
  CHECK_THROWS_AS(arguments.flag("x"), std::logic_error);
}

TEST_CASE("an integer beyond 63 bits is refused and never becomes another one") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const Table table{integer("i", kLeast, kMost)};
  for (const char* text :
       {R"({"i":9223372036854775808})", R"({"i":18446744073709551615})", R"({"i":18446744073709551616})",
        R"({"i":9223372036854775808.0})", R"({"i":1e300})", R"({"i":-1e300})",
        R"({"i":-9223372036854775809})", R"({"i":1e999})", R"({"i":5e-324})"}) {
    INFO(text);
    const auto error = after(text, table, [](Arguments& a) { CHECK(a.integer("i", -7) == -7); });
    REQUIRE(error);
    CHECK(error->field == "i");
  }
  const auto exact = [&](std::string_view text) {
    const json::object given = parsed_arguments(text);
    Arguments arguments(given, table);
    const std::int64_t read = arguments.integer("i");
    CHECK_FALSE(arguments.finish());
    return read;
  };
  CHECK(exact(R"({"i":9223372036854775807})") == kMost);
  CHECK(exact(R"({"i":-9223372036854775808})") == kLeast);
  CHECK(exact(R"({"i":9007199254740992.0})") == 9007199254740992);
  CHECK(exact(R"({"i":9007199254740993})") == 9007199254740993);
}

TEST_CASE("an empty text is no choice, nor is a part of a word or more than one") {
  const Table table{choice("c", "json csv")};
  const auto read = [](Arguments& a) { a.choice("c"); };
  check(after(R"({"c":""})", table, read), "c", "\"\"", "one of json, csv");
  check(after(R"({"c":"js"})", table, read), "c", "\"js\"", "one of json, csv");
  check(after(R"({"c":"json csv"})", table, read), "c", "\"json csv\"", "one of json, csv");
  CHECK_FALSE(after("{}", table, read));
}

TEST_CASE("a text of the wrong type or too long is refused") {
  const Table table{text("t", 3)};
  const auto read = [](Arguments& a) { a.text("t"); };
  check(after(R"({"t":5})", table, read), "t", "5", "a text of at most 3 bytes");
  check(after(R"({"t":"four"})", table, read), "t", "\"four\"", "a text of at most 3 bytes");
  check(after(R"({"t":{"a":1}})", table, read), "t", "an object", "a text of at most 3 bytes");
}

TEST_CASE("numbers of the wrong type, out of range or beyond a double are refused") {
  const Table table{number("n", 0, 1)};
  const auto read = [](Arguments& a) { a.number("n"); };
  check(after(R"({"n":"0.5"})", table, read), "n", "\"0.5\"", "a number from 0 to 1");
  check(after(R"({"n":true})", table, read), "n", "true", "a number from 0 to 1");
  check(after(R"({"n":-0.1})", table, read), "n", "-0.1", "a number from 0 to 1");
  check(after(R"({"n":2})", table, read), "n", "2", "a number from 0 to 1");
  check(after(R"({"n":1e999})", table, read), "n", "a number too large for a double", "a number from 0 to 1");
}

TEST_CASE("a whole number may be written as a double, a fraction is refused") {
  const json::object given = parsed_arguments(R"({"i":7.0})");
  const Table table{integer("i", 1, 7)};
  Arguments arguments(given, table);
  CHECK(arguments.integer("i") == 7);
  CHECK_FALSE(arguments.finish());
  const auto read = [](Arguments& a) { a.integer("i"); };
  check(after(R"({"i":7.5})", table, read), "i", "7.5", "a whole number from 1 to 7");
  check(after(R"({"i":0})", table, read), "i", "0", "a whole number from 1 to 7");
  check(after(R"({"i":8})", table, read), "i", "8", "a whole number from 1 to 7");
  check(after(R"({"i":"3"})", table, read), "i", "\"3\"", "a whole number from 1 to 7");
}

TEST_CASE("only true and false are flags") {
  const Table table{flag("f")};
  const auto read = [](Arguments& a) { a.flag("f"); };
  check(after(R"({"f":1})", table, read), "f", "1", "true or false");
  check(after(R"({"f":"true"})", table, read), "f", "\"true\"", "true or false");
}

TEST_CASE("a list of numbers names the item that is wrong") {
  const Table table{numbers("l", 3, -1, 1)};
  const auto read = [](Arguments& a) { a.numbers("l"); };
  check(after(R"({"l":[0,0.5,"x"]})", table, read), "l[2]", "\"x\"", "a number from -1 to 1");
  check(after(R"({"l":[null]})", table, read), "l[0]", "null", "a number from -1 to 1");
  check(after(R"({"l":[0,2]})", table, read), "l[1]", "2", "a number from -1 to 1");
  check(after(R"({"l":[1e999]})", table, read), "l[0]", "a number too large for a double",
        "a number from -1 to 1");
  check(after(R"({"l":5})", table, read), "l", "5", "a list of at most 3 numbers");
  check(after(R"({"l":[0,0,0,0]})", table, read), "l", "[0,0,0,0]", "a list of at most 3 numbers");
}

TEST_CASE("a list of texts is bounded in items and bytes") {
  const Table table{texts("s", 2, 3)};
  const auto read = [](Arguments& a) { a.texts("s"); };
  const std::string expected = "a list of at most 2 texts of at most 3 bytes";
  check(after(R"({"s":["a","b","c"]})", table, read), "s", R"(["a","b","c"])", expected);
  check(after(R"({"s":["four"]})", table, read), "s", "\"four\"", expected);
  check(after(R"({"s":[1]})", table, read), "s", "1", expected);
  check(after(R"({"s":"a"})", table, read), "s", "\"a\"", expected);
}

TEST_CASE("a choice is one of the list") {
  const Table table{choice("c", "json csv")};
  const auto read = [](Arguments& a) { a.choice("c"); };
  check(after(R"({"c":"xml"})", table, read), "c", "\"xml\"", "one of json, csv");
  check(after(R"({"c":0})", table, read), "c", "0", "one of json, csv");
}

TEST_CASE("an agent id is checked where it is read") {
  const Table table{agent_named("parent_agent_id")};
  const auto read = [](Arguments& a) { a.agent_id("parent_agent_id"); };
  check(after(R"({"parent_agent_id":""})", table, read), "parent_agent_id", "\"\"",
        "1 to 128 characters of A-Z a-z 0-9 . _ -");
  CHECK(after(R"({"parent_agent_id":["x"]})", table, read)->field == "parent_agent_id");
}

TEST_CASE("a list of agent ids is bounded, and each of them checked") {
  const Table table{agent_ids("ids", 2, 3)};
  const auto read = [](Arguments& a) { a.agent_ids("ids"); };
  check(after(R"({"ids":["a"]})", table, read), "ids", R"(["a"])", "a list of 2 to 3 agent ids");
  check(after(R"({"ids":["a","b","c","d"]})", table, read), "ids", R"(["a","b","c","d"])",
        "a list of 2 to 3 agent ids");
  check(after(R"({"ids":"a"})", table, read), "ids", "\"a\"", "a list of 2 to 3 agent ids");
  check(after(R"({"ids":["a",5]})", table, read), "ids[1]", "5", "an agent id");
  check(after(R"({"ids":["a","b c"]})", table, read), "ids[1]", "\"b c\"",
        "1 to 128 characters of A-Z a-z 0-9 . _ -");
  const json::object given = parsed_arguments(R"({"ids":["a","b"]})");
  Arguments arguments(given, table);
  CHECK(arguments.agent_ids("ids") == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(arguments.finish());
}

TEST_CASE("a missing argument is told unless something else is wrong") {
  const Table table{number("n", 0, 1).required("a number"), number("m", 0, 1).required()};
  const auto read = [](Arguments& a) {
    a.number("n");
    a.number("m");
  };
  for (const char* given : {"{}", R"({"m":0})"}) {
    const auto error = after(given, table, read);
    REQUIRE(error);
    CHECK(error->field == "n");
    CHECK(error->message == "n is missing; accepted: a number.");
  }
  CHECK(after(R"({"n":1})", table, read)->message == "m is missing; accepted: a number from 0 to 1.");
  CHECK(after(R"({"m":0,"n":null})", table, read)->message == "n is null; accepted: a number from 0 to 1.");
  CHECK(after(R"({"surprise":1})", table, read)->field == "surprise");
  CHECK(after(R"({"m":7})", table, read)->given == "7");
  CHECK_FALSE(after(R"({"n":0,"m":1})", table, read));
}

TEST_CASE("what only the tool knows to be missing is told after what the table says") {
  const Table table{flag("a").required(), text("b", 9)};
  const auto read = [](Arguments& a) {
    a.flag("a");
    if (!a.text("b")) a.require("b", "a text");
  };
  CHECK(after("{}", table, read)->field == "a");
  CHECK(after(R"({"a":true})", table, read)->message == "b is missing; accepted: a text.");
}

TEST_CASE("an unknown argument is named, with those that are known in the order of reading") {
  const Table table{number("confidence", 0, 1), number("complexity", 0, 1)};
  const auto error = after(R"({"complexty":0.5})", table, [](Arguments& a) {
    a.number("complexity");
    a.number("confidence");
  });
  check(error, "complexty", "0.5", "complexity, confidence");
  CHECK(error->message.find("complexty is not an argument of this tool") == 0);
  CHECK(after(R"({"x":null})", {}, [](Arguments&) {}));  // also when it is null
}

TEST_CASE("the first thing wrong is told") {
  const Table table{number("a", 0, 1), number("b", 0, 1)};
  const auto error = after(R"({"unknown":1,"b":"x","a":"x"})", table, [](Arguments& a) {
    a.number("a");
    a.number("b");
  });
  REQUIRE(error);
  CHECK(error->field == "a");
}

TEST_CASE("what was given is shown shortened, cut between code points") {
  std::string long_text(79, 'x');
  long_text += "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC";  // the cut falls into one of them
  json::object given;
  given["t"] = long_text;
  const Table table{number("t", 0, 1)};
  Arguments arguments(given, table);
  arguments.number("t");
  const auto error = arguments.finish();
  REQUIRE(error);
  CHECK(error->given == "\"" + std::string(79, 'x') + "...");
  json::object many;
  many["t"] = json::array(1000, 1);
  Arguments list(many, table);
  list.number("t");
  CHECK(list.finish()->given == "a list of 1000 values");
}

TEST_CASE("a tool that takes nothing says so, and numbers are told as people write them") {
  json::object given{{"x", 0.667}};
  Arguments none(given, {});
  const auto error = none.finish();
  REQUIRE(error);
  CHECK(error->given == "0.667");
  CHECK(error->expected == "no arguments");
  CHECK(error->message == "x is not an argument of this tool; accepted: no arguments.");
  json::object high{{"x", 1.25}};
  const Table table{number("x", 0, 1)};
  Arguments too_high(high, table);
  too_high.number("x");
  CHECK(too_high.finish()->given == "1.25");
}
