#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace governor::ctl::records {

// What one piece of JSON says. None where it says something else, or nothing that can be read.

/// Exactly the double that the digits mean. None for NaN and Infinity, which Python writes, and for what no
/// double can hold.
std::optional<double> number_in(std::string_view piece);
/// A whole number from 0; 4.0 is one.
std::optional<std::uint64_t> count_in(std::string_view piece);
std::optional<bool> flag_in(std::string_view piece);
/// With its escapes resolved. None also for what is not UTF-8.
std::optional<std::string> text_in(std::string_view piece);

/// null, false, "", [] and {}: nothing is lost with it.
bool says_nothing(std::string_view piece);

/// The piece for a message, shortened.
std::string shown(std::string_view piece);

}  // namespace governor::ctl::records
