#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ipc/error.hpp"

namespace governor::ctl {

/// What is wrong with a text, and where.
struct TextFault {
  std::size_t offset = 0;
  std::string what;
};

/// "line 3, column 7: WHAT"; both count from 1, columns in bytes.
inline std::string placed(std::string_view text, const TextFault& fault) {
  const std::string_view before = text.substr(0, fault.offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + fault.what;
}

/// A refusal with the place.
inline ipc::Error refusal_at(std::string_view text, const TextFault& fault) {
  return {ipc::Errc::protocol_error, 0, placed(text, fault)};
}

}  // namespace governor::ctl
