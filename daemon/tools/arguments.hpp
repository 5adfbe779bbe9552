#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace governor::daemon {

/// Reads the arguments of a tool call. The first thing wrong is kept; `finish` returns it, or names an
/// argument that nothing has read.
///
/// `null` is a value, and of the wrong type: it is what JavaScript makes of NaN and of what is missing where
/// something was meant to be. To take it for "left out" would make certainty of no confidence at all, and of
/// one agent all of them.
class Arguments {
 public:
  explicit Arguments(const boost::json::object& object) : object_(object) {}

  /// At most `max_bytes` of UTF-8.
  std::optional<std::string> text(std::string_view name, std::size_t max_bytes);
  /// As `text`, without a copy; valid as long as the object.
  std::optional<std::string_view> text_view(std::string_view name, std::size_t max_bytes);
  std::optional<std::string> agent_id(std::string_view name = "agent_id");
  /// Ids of agents, from `min_count` to `max_count` of them; none if absent.
  std::vector<std::string> agent_ids(std::string_view name, std::size_t min_count, std::size_t max_count);
  /// Refuses a call without this argument, saying what it would take.
  void require(std::string_view name, std::string expected);
  double number(std::string_view name, double absent, double lowest, double highest);
  std::int64_t integer(std::string_view name, std::int64_t absent, std::int64_t lowest, std::int64_t highest);
  /// Where the schema allows null, which then counts as absent.
  std::int64_t integer_or_null(std::string_view name, std::int64_t absent, std::int64_t lowest,
                               std::int64_t highest);
  bool flag(std::string_view name, bool absent);
  /// Finite numbers, each from `lowest` to `highest`.
  std::vector<double> numbers(std::string_view name, std::size_t max_count, double lowest, double highest);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t max_count,
                                                std::size_t max_bytes);
  /// One of `choices`; if absent the first, which may be empty and then cannot be given.
  std::string choice(std::string_view name, const std::vector<std::string_view>& choices);

  /// A moment in ISO 8601, in UTC or with an offset; microseconds since the Unix epoch.
  std::optional<std::int64_t> moment(std::string_view name);
  const boost::json::object* object(std::string_view name);
  /// Whatever it is, for the caller to read; null when absent.
  const boost::json::value* value(std::string_view name) { return take(name); }

  /// Keeps what is wrong, unless something was wrong before.
  void refuse(core::Error error);
  std::optional<core::Error> finish();

 private:
  const boost::json::value* take(std::string_view name);
  void refuse(std::string_view name, const boost::json::value& given, std::string expected);

  const boost::json::object& object_;
  std::vector<std::string_view> known_;
  std::optional<core::Error> error_;
  std::optional<core::Error> missing_;  ///< told only if nothing is wrong with what is there
};

}  // namespace governor::daemon
