#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/lifecycle/options.hpp"

namespace boost::json {
class value;
}

namespace governor::daemon {

/// A key of the configuration file. Those that are one number, flag or word are options of the command line
/// too, with hyphens for underscores.
struct Setting {
  struct Integer {
    int Options::*place;
    int lowest;
    int highest;
  };
  struct Flag {
    bool Options::*place;
  };
  struct Choice {
    std::string Options::*place;
    std::span<const std::string_view> words;
  };
  /// Takes the value over, or says what is wrong with it: "must be ...".
  using Set = std::optional<std::string> (*)(const boost::json::value& value, Options& options);

  std::string_view key;
  std::string_view description;
  std::variant<Integer, Flag, Choice, Set> kind;
  std::string_view fallback{};  ///< its default in words, where it is more than that of Options
  std::string_view document{};  ///< in docs/, with more on it
};

/// In the order of their keys.
std::span<const Setting> settings();

/// Sets what `key` names. Returns what is wrong, as `Setting::Set` does.
std::optional<std::string> apply_setting(std::string_view key, const boost::json::value& value,
                                         Options& options);

}  // namespace governor::daemon
