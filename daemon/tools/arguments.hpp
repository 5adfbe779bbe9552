#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "daemon/tools/parameter.hpp"

namespace governor::daemon {

/// Reads the arguments of a tool call by name; what each may be says the table of parameters. The first thing
/// wrong is kept; `finish` returns it, or names an argument that nothing has read, or one that is missing.
///
/// `null` is a value, and of the wrong type: it is what JavaScript makes of NaN and of what is missing where
/// something was meant to be. To take it for "left out" would make certainty of no confidence at all, and of
/// one agent all of them.
class Arguments {
 public:
  /// Both must outlive it. A name that is read must be in the table, with the type of the function.
  Arguments(const boost::json::object& object, Parameters parameters)
      : object_(object), parameters_(parameters) {}

  std::optional<std::string> text(std::string_view name);
  /// As `text`, without a copy; valid as long as the object.
  std::optional<std::string_view> text_view(std::string_view name);
  std::optional<std::string> agent_id(std::string_view name = "agent_id");
  /// None if absent.
  std::vector<std::string> agent_ids(std::string_view name);
  std::optional<std::vector<std::string>> texts(std::string_view name);
  /// If absent, the parameter's default, or if it has none, `absent`.
  double number(std::string_view name, double absent = 0);
  template <class Integer = std::int64_t>
  Integer integer(std::string_view name, std::int64_t absent = 0) {
    return static_cast<Integer>(whole_number(name, absent));
  }
  bool flag(std::string_view name);
  std::vector<double> numbers(std::string_view name);
  /// Valid as long as object and table; empty if absent and without a default.
  std::string_view choice(std::string_view name);
  /// In microseconds since the Unix epoch.
  std::optional<std::int64_t> moment(std::string_view name);
  const boost::json::object* object(std::string_view name);
  /// Whatever it is, for the caller to read; null when absent.
  const boost::json::value* value(std::string_view name) { return take(find(name)); }
  /// The SHA-256 of the argument `token`; empty if absent.
  std::string token_hash();

  /// How many were given.
  [[nodiscard]] std::size_t count() const { return object_.size(); }
  [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
  /// Which counts as absent where the table allows it, and may mean something all the same.
  [[nodiscard]] bool is_null(std::string_view name) const {
    const boost::json::value* value = object_.if_contains(name);
    return value != nullptr && value->is_null();
  }
  /// Refuses a call without this argument, saying what it would take; for what a table cannot say.
  void require(std::string_view name, std::string expected);
  /// Keeps what is wrong, unless something was wrong before.
  void refuse(core::Error error);
  std::optional<core::Error> finish();

 private:
  [[nodiscard]] const Parameter& find(std::string_view name) const;
  const boost::json::value* take(const Parameter& parameter);
  std::int64_t whole_number(std::string_view name, std::int64_t absent);
  void refuse(std::string_view name, const boost::json::value& given, std::string expected);
  [[nodiscard]] core::Error unknown(std::string_view name, const boost::json::value& given) const;

  const boost::json::object& object_;
  Parameters parameters_;
  std::vector<std::string_view> known_;  ///< in the order in which they were read
  std::optional<core::Error> error_;
  std::optional<core::Error> missing_;  ///< told only if nothing is wrong with what is there
};

}  // namespace governor::daemon
