#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "ctl/import/finding.hpp"

namespace governor::ctl::legacy::test {

/// All findings, a line each, for messages and for comparing.
inline std::string text_of(const Findings& findings) {
  std::string text;
  for (const Finding& f : findings) {
    text += std::string(to_string(f.severity)) + ' ' + std::string(f.code) + ' ' + f.file + ' ' + f.agent +
            ' ' + f.field + ": " + f.message + '\n';
  }
  return text;
}

inline std::size_t count_of(const Findings& findings, std::string_view code, std::string_view field) {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [&](const Finding& f) {
    return f.code == code && f.field == field;
  }));
}

/// The only finding with this code and field; an empty one if there is not exactly one.
inline Finding only(const Findings& findings, std::string_view code, std::string_view field) {
  if (count_of(findings, code, field) != 1) return {};
  return *std::find_if(findings.begin(), findings.end(),
                       [&](const Finding& f) { return f.code == code && f.field == field; });
}

}  // namespace governor::ctl::legacy::test
