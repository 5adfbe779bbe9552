// What the tables of parameters say is what the tools take: each limit, of each parameter, of each tool and
// request.
#include "daemon/tools/parameter.hpp"

#include <fmt/format.h>
#include <regex.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::core::Error;
namespace json = boost::json;
using Type = Parameter::Type;

namespace {

/// The patterns of the schemas are extended regular expressions of POSIX as well.
bool matches(const char* pattern, const std::string& text) {
  regex_t rule;
  REQUIRE(regcomp(&rule, pattern, REG_EXTENDED | REG_NOSUB) == 0);
  const bool is_match = regexec(&rule, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&rule);
  return is_match;
}

std::string no_random(std::size_t bytes) {
  return std::string(2 * bytes, '0');
}

std::optional<Error> refusal(const Operation& tool, const json::object& arguments) {
  static const ServerFacts facts;
  static const Counters counters;
  auto call = tool.parse(arguments, ToolEnvironment{facts, counters, no_random});
  return call ? std::nullopt : std::optional(call.error());
}

std::vector<const Operation*> everything() {
  std::vector<const Operation*> all;
  for (const GovernorRequest& request : governor_requests()) all.push_back(&request);
  for (const Tool& tool : all_tools()) all.push_back(&tool);
  return all;
}

json::array list_of(std::size_t count, const json::value& item) {
  return json::array(count, item);
}

json::array ids(std::size_t count) {
  json::array list;
  for (std::size_t i = 0; i < count; ++i) list.emplace_back(fmt::format("agent{}", i));
  return list;
}

json::string letters(std::size_t count) {
  return json::string(count, 'x');
}

std::vector<json::value> words_of(const Parameter& parameter) {
  std::vector<json::value> words;
  for_each_word(parameter, [&](std::string_view word) {
    words.emplace_back(word);
    return true;
  });
  return words;
}

/// What just fits.
std::vector<json::value> fitting(const Parameter& p) {
  switch (p.type) {
    case Type::text: return {letters(p.max_bytes), letters(std::max<std::size_t>(p.min_count, 1))};
    case Type::moment: return {"2026-01-31T12:00:00Z"};
    case Type::agent_id: return {"x", letters(128)};
    case Type::agent_ids: return {ids(p.min_count), ids(p.max_count)};
    case Type::texts: return {list_of(p.max_count, letters(p.max_bytes)), list_of(p.min_count, "x")};
    case Type::integer: return {p.least, p.most};
    case Type::number: return {p.lowest, p.highest};
    case Type::numbers: return {list_of(p.max_count, p.lowest), list_of(1, p.highest), json::array{}};
    case Type::flag: return {false, true};
    case Type::choice: return words_of(p);
    case Type::object:
    case Type::figures: return {json::object{}};
    case Type::anything: return {json::value(json::array{})};
  }
  return {};
}

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// What just does not.
std::vector<json::value> not_fitting(const Parameter& p) {
  switch (p.type) {
    case Type::text:
      if (p.min_count != 0) return {letters(p.max_bytes + 1), 5, ""};
      return {letters(p.max_bytes + 1), 5};
    case Type::moment: return {"yesterday", 5};
    case Type::agent_id: return {"", letters(129), "a b", 5};
    case Type::agent_ids:
      if (p.min_count == 0) return {ids(p.max_count + 1), "x", json::array{"a b", "c"}};
      return {ids(p.min_count - 1), ids(p.max_count + 1), "x", json::array{"a b", "c"}};
    case Type::texts:
      if (p.min_count != 0) return {json::array{}, list_of(p.max_count + 1, "x")};
      return {list_of(p.max_count + 1, "x"), list_of(1, letters(p.max_bytes + 1)), list_of(1, 5), "x"};
    case Type::integer:
      if (p.most == INT64_MAX) return {p.least - 1, std::uint64_t{1} << 63, 1.5, "1"};
      return {p.least - 1, p.most + 1, 1.5, "1"};
    case Type::number:
      return {std::nextafter(p.lowest, -kInfinite), std::nextafter(p.highest, kInfinite), "1"};
    case Type::numbers:
      return {list_of(p.max_count + 1, p.lowest), list_of(1, std::nextafter(p.lowest, -kInfinite)),
              list_of(1, std::nextafter(p.highest, kInfinite)), list_of(1, "1"), 1};
    case Type::flag: return {0, "true"};
    case Type::choice: return {"", json::string(std::string(p.words) + "x"), 0};
    case Type::object:
    case Type::figures: return {json::array{}};
    case Type::anything: break;
  }
  return {};
}

/// A call with what is required and no more.
json::object least_call(const Operation& tool) {
  json::object call;
  for (const Parameter& p : tool.parameters)
    if (p.absence != Parameter::Absence::allowed) call[p.name] = fitting(p).back();
  return call;
}

json::object with(json::object call, std::string_view name, json::value value) {
  call[name] = std::move(value);
  return call;
}

bool is_about(const Error& error, std::string_view name) {
  return error.field == name || error.field.starts_with(std::string(name) + "[");
}

/// A value that fits may still be refused for what it means, but not for its type or size, nor as unknown.
void check_taken(const Operation& tool, const Parameter& p, const json::value& value) {
  const auto error = refusal(tool, with(least_call(tool), p.name, value));
  if (!error || !is_about(*error, p.name)) return;
  INFO(error->message);
  CHECK(error->expected != taken_by(p));
  CHECK(error->expected != range_text(p));
  CHECK(error->message.find("not an argument") == std::string::npos);
}

void check_refused(const Operation& tool, std::string_view name, const json::value& value) {
  const auto error = refusal(tool, with(least_call(tool), name, value));
  REQUIRE(error);
  INFO(error->message);
  CHECK(is_about(*error, name));
}

json::object schema_of(const Operation& tool) {
  std::string text;
  JsonWriter json(text);
  write_input_schema(json, tool.parameters);
  return json::parse(text).as_object();
}

}  // namespace

TEST_CASE("each value at a limit is taken, and each beyond it refused") {
  std::size_t seen = 0;
  for (const Operation* tool : everything()) {
    for (const Parameter& parameter : tool->parameters) {
      INFO(tool->name << " " << parameter.name);
      ++seen;
      for (const json::value& value : fitting(parameter)) check_taken(*tool, parameter, value);
      for (const json::value& value : not_fitting(parameter)) check_refused(*tool, parameter.name, value);
      if (parameter.takes_null) {
        check_taken(*tool, parameter, nullptr);
      } else {
        check_refused(*tool, parameter.name, nullptr);
      }
    }
  }
  CHECK(seen > 150);
}

TEST_CASE("what is required is missed, and by its name") {
  for (const Operation* tool : everything()) {
    for (const Parameter& parameter : tool->parameters) {
      if (parameter.absence == Parameter::Absence::allowed) continue;
      INFO(tool->name << " " << parameter.name);
      json::object call = least_call(*tool);
      call.erase(parameter.name);
      const auto error = refusal(*tool, call);
      REQUIRE(error);
      CHECK(error->field == parameter.name);
    }
  }
}

TEST_CASE("each name and each default of a table makes sense") {
  for (const Operation* tool : everything()) {
    for (const Parameter& parameter : tool->parameters) {
      INFO(tool->name << " " << parameter.name);
      CHECK(std::count_if(tool->parameters.begin(), tool->parameters.end(),
                          [&](const Parameter& other) { return other.name == parameter.name; }) == 1);
      if (!parameter.has_default) continue;
      CHECK(parameter.absence == Parameter::Absence::allowed);
      if (parameter.type == Type::choice) check_taken(*tool, parameter, json::value(parameter.default_word));
      if (parameter.type == Type::integer || parameter.type == Type::number)
        check_taken(*tool, parameter, parameter.default_number);
    }
  }
}

TEST_CASE("the schema refuses nothing that the tool takes, and what it says the tool enforces") {
  for (const Tool& tool : all_tools()) {
    const json::object schema = schema_of(tool);
    CHECK(schema.at("additionalProperties").as_bool() == false);
    if (tool.parameters.empty()) continue;
    const json::object& properties = schema.at("properties").as_object();
    REQUIRE(properties.size() == tool.parameters.size());
    for (const Parameter& parameter : tool.parameters) {
      INFO(tool.name << " " << parameter.name);
      const json::object& said = properties.at(parameter.name).as_object();
      const auto refuses = [&](const json::value& value) { check_refused(tool, parameter.name, value); };
      const auto takes = [&](const json::value& value) { check_taken(tool, parameter, value); };
      const auto limit = [&](const char* word, auto make, int beyond) {
        const json::value* given = said.if_contains(word);
        if (given == nullptr) return;
        const auto count = given->to_number<std::int64_t>();
        takes(make(count));
        refuses(make(count + beyond));
      };
      if (parameter.type == Type::integer) {
        limit(
            "minimum", [](std::int64_t n) { return json::value(n); }, -1);
        limit(
            "maximum", [](std::int64_t n) { return json::value(n); }, 1);
      } else if (parameter.type == Type::number) {
        if (said.contains("minimum")) refuses(said.at("minimum").to_number<double>() - 0.001);
        if (said.contains("maximum")) refuses(said.at("maximum").to_number<double>() + 0.001);
      }
      const auto text = [](std::int64_t n) { return json::value(letters(static_cast<std::size_t>(n))); };
      const auto list = [](std::int64_t n) { return json::value(ids(static_cast<std::size_t>(n))); };
      limit("maxLength", text, 1);
      limit("minLength", text, -1);
      limit("maxItems", list, 1);
      limit("minItems", list, -1);
      if (const auto* words = said.if_contains("enum"))
        for (const json::value& word : words->as_array()) takes(word);
      if (const auto* fallback = said.if_contains("default")) takes(*fallback);
      if (const auto* pattern = said.if_contains("pattern")) {
        for (const std::string& given : {std::string(1, 'x'), std::string(128, 'x'), std::string(129, 'x'),
                                         std::string("a b"), std::string()}) {
          INFO(given);
          const auto error = refusal(tool, with(least_call(tool), parameter.name, json::value(given)));
          CHECK(matches(pattern->as_string().c_str(), given) != (error && is_about(*error, parameter.name)));
        }
      }
    }
  }
}

TEST_CASE("an argument that is not in the table is refused, whatever else is missing") {
  for (const Operation* tool : everything()) {
    if (tool->name.starts_with("governor/import")) continue;  // it takes nothing beside its list, and says so
    INFO(tool->name);
    const auto error = refusal(*tool, {{"surprise", 1}});
    REQUIRE(error);
    CHECK(error->field == "surprise");
  }
}
