#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/argument_limits.hpp"

namespace governor::daemon {

/// One parameter of a tool or request. The JSON Schema that clients see, what `Arguments` accepts and the
/// reference in docs/tools.md are all made of it, so each limit stands in one place. Made by the functions
/// below; the texts live as long as the program.
struct Parameter {
  enum class Type {
    text,      ///< at most `max_bytes` of UTF-8
    moment,    ///< ISO 8601
    agent_id,  ///< checked by the rule for ids
    agent_ids,
    texts,
    integer,
    number,
    numbers,
    flag,
    choice,   ///< one of `words`
    object,   ///< read by the tool itself
    figures,  ///< an object of numbers, read by the tool itself
    anything  ///< likewise, whatever it is
  };

  std::string_view name;
  Type type = Type::text;
  std::string_view description = {};

  std::size_t max_bytes = 0;
  std::size_t min_count = 0;  ///< items of a list, or bytes of a text that may not be empty
  std::size_t max_count = 0;
  std::int64_t least = 0;  ///< of an integer
  std::int64_t most = 0;
  double lowest = 0;  ///< of numbers
  double highest = 0;
  std::string_view words = {};  ///< separated by spaces

  std::string_view pattern =
      {};  ///< said instead of `max_bytes`; the rule behind it is checked by the reader
  bool has_default = false;
  double default_number = 0;  ///< 1: true
  std::string_view default_word = {};

  enum class Absence {
    allowed,
    refused,          ///< saying `needed`, or if that is empty, what the parameter takes
    refused_by_tool,  ///< in its own words
  };
  Absence absence = Absence::allowed;
  std::string_view needed = {};
  bool takes_null = false;  ///< null counts as absent
  bool is_quiet = false;    ///< its limits and its default are not in the schema, which models read

 private:
  /// Stands before its uses: Clang otherwise does not know it where a table of parameters is made.
  template <class Type>
  [[nodiscard]] constexpr Parameter with(Type Parameter::*member, std::type_identity_t<Type> value) const {
    Parameter changed = *this;
    changed.*member = value;
    return changed;
  }

 public:
  /// What a call without it is told that it takes.
  [[nodiscard]] constexpr Parameter required(std::string_view what = {}) const {
    return with(&Parameter::absence, Absence::refused).with(&Parameter::needed, what);
  }
  [[nodiscard]] constexpr Parameter required_by_the_tool() const {
    return with(&Parameter::absence, Absence::refused_by_tool);
  }
  [[nodiscard]] constexpr Parameter otherwise(double number) const {
    return with(&Parameter::has_default, true).with(&Parameter::default_number, number);
  }
  [[nodiscard]] constexpr Parameter otherwise(std::string_view word) const {
    return with(&Parameter::has_default, true).with(&Parameter::default_word, word);
  }
  [[nodiscard]] constexpr Parameter not_empty() const { return with(&Parameter::min_count, 1); }
  [[nodiscard]] constexpr Parameter like(std::string_view expression) const {
    return with(&Parameter::pattern, expression);
  }
  [[nodiscard]] constexpr Parameter or_null() const { return with(&Parameter::takes_null, true); }
  [[nodiscard]] constexpr Parameter quiet() const { return with(&Parameter::is_quiet, true); }
};

using Parameters = std::span<const Parameter>;

/// Integers up to here are exact in every client.
inline constexpr std::int64_t kMostExact = std::int64_t{1} << 53;
inline constexpr double kAnyNumber = std::numeric_limits<double>::max();
inline constexpr std::string_view kAgentIdPattern = "^[A-Za-z0-9._-]{1,128}$";

constexpr Parameter text(std::string_view name, std::size_t max_bytes, std::string_view description = {}) {
  return {.name = name, .type = Parameter::Type::text, .description = description, .max_bytes = max_bytes};
}

constexpr Parameter moment(std::string_view name, std::string_view description = {}) {
  return {.name = name, .type = Parameter::Type::moment, .description = description};
}

constexpr Parameter agent_named(std::string_view name, std::string_view description = {}) {
  return {.name = name, .type = Parameter::Type::agent_id, .description = description};
}

constexpr Parameter agent_ids(std::string_view name, std::size_t min_count, std::size_t max_count,
                              std::string_view description = {}) {
  return {.name = name,
          .type = Parameter::Type::agent_ids,
          .description = description,
          .min_count = min_count,
          .max_count = max_count};
}

constexpr Parameter texts(std::string_view name, std::size_t max_count, std::size_t max_bytes,
                          std::string_view description = {}) {
  return {.name = name,
          .type = Parameter::Type::texts,
          .description = description,
          .max_bytes = max_bytes,
          .max_count = max_count};
}

constexpr Parameter integer(std::string_view name, std::int64_t least, std::int64_t most,
                            std::string_view description = {}) {
  return {.name = name,
          .type = Parameter::Type::integer,
          .description = description,
          .least = least,
          .most = most};
}

constexpr Parameter number(std::string_view name, double lowest, double highest,
                           std::string_view description = {}) {
  return {.name = name,
          .type = Parameter::Type::number,
          .description = description,
          .lowest = lowest,
          .highest = highest};
}

/// At most `max_count` numbers, each in the range.
constexpr Parameter numbers(std::string_view name, std::size_t max_count, double lowest, double highest,
                            std::string_view description = {}) {
  return {.name = name,
          .type = Parameter::Type::numbers,
          .description = description,
          .max_count = max_count,
          .lowest = lowest,
          .highest = highest};
}

/// False if absent, unless it has another default.
constexpr Parameter flag(std::string_view name, std::string_view description = {}) {
  return {.name = name, .type = Parameter::Type::flag, .description = description};
}

/// One of the words; without a default, an absent one is read as the empty text.
constexpr Parameter choice(std::string_view name, std::string_view words, std::string_view description = {}) {
  return {.name = name, .type = Parameter::Type::choice, .description = description, .words = words};
}

constexpr Parameter object(std::string_view name, Parameter::Type type = Parameter::Type::object,
                           std::string_view description = {}) {
  return {.name = name, .type = type, .description = description};
}

// What many tools have.

constexpr Parameter agent_id(std::string_view description = {}) {
  return agent_named("agent_id", description);
}

constexpr Parameter own_agent_id() {
  return agent_id("Default: the agent this session registered");
}

constexpr Parameter token(std::string_view description = {}) {
  return text("token", kMaxTokenBytes, description).quiet();
}

constexpr Parameter token_of_other() {
  return token("From register_agent, to act for an agent another session holds");
}

constexpr Parameter reason() {
  return text("reason", kMaxReasonBytes);
}

constexpr Parameter path(std::string_view name = "path", std::string_view description = {}) {
  return text(name, kMaxPathBytes, description).quiet();
}

/// How many of a list at most.
constexpr Parameter limit(std::int64_t by_default, std::int64_t most = kLongestPage) {
  return integer("limit", 1, most).otherwise(static_cast<double>(by_default));
}

/// The same parameters without what is already said elsewhere.
template <std::size_t count>
constexpr std::array<Parameter, count> in_short(const Parameter (&table)[count]) {
  std::array<Parameter, count> shortened{};
  for (std::size_t i = 0; i < count; ++i) {
    shortened[i] = table[i].quiet();
    shortened[i].description = shortened[i].pattern = {};
  }
  return shortened;
}

template <std::size_t first, std::size_t second>
constexpr std::array<Parameter, first + second> joined(const Parameter (&one)[first],
                                                       const Parameter (&other)[second]) {
  std::array<Parameter, first + second> table{};
  std::copy(std::begin(one), std::end(one), table.begin());
  std::copy(std::begin(other), std::end(other), table.begin() + first);
  return table;
}

/// Calls `visit` with each word of a choice, until it returns false.
template <class Visit>
void for_each_word(const Parameter& parameter, Visit visit) {
  for (std::string_view rest = parameter.words; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (!visit(word)) return;
  }
}

/// What it takes, in words, for refusals and for people.
std::string taken_by(const Parameter& parameter);
/// The same of one of `numbers`.
std::string range_text(const Parameter& parameter);

/// The JSON Schema (2020-12) of the arguments.
void write_input_schema(JsonWriter& json, Parameters parameters);

}  // namespace governor::daemon
