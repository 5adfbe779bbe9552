#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/guard/guard_plan.hpp"

namespace governor::ctl {

namespace {

constexpr std::string_view kExcludeBegin =
    "# governor >>> Of this machine alone (governorctl install guards).";

// A pattern of git that means this file and no other.
std::string exclude_pattern(std::string_view name) {
  std::string pattern = "/";
  for (const char c : name) {
    if (std::string_view("\\*?[]! ").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '\n';
}

// The lines of ours that are there.
std::set<std::string> excluded_now(std::string_view text) {
  std::set<std::string> lines;
  bool ours = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with('#')) {
      ours = line == kExcludeBegin;
    } else if (ours) {
      lines.insert(std::string(line) + '\n');
    }
  }
  return lines;
}

std::string exclusion_block(const std::set<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = std::string(kExcludeBegin) + '\n';
  for (const std::string& line : lines) text += line;
  return text + "# governor <<<\n";
}

}  // namespace

ipc::Result<GuardPlan> plan_exclusion(const GitPlaces& places, const std::vector<std::string>& files,
                                      bool excluded) {
  GuardPlan plan{places.common + "/info/exclude", "none", "", "", "", {}};
  const auto present = read_if_there(plan.path);
  if (!present) return present.error();
  plan.before = present->value_or("");
  const auto rest = without_block(plan.before);
  if (!rest)
    return ipc::Error{ipc::Errc::protocol_error, 0, plan.path + " is left as it is: " + rest.error().message};
  std::set<std::string> lines = excluded_now(plan.before);
  for (const std::string& file : files) {
    if (!is_within(file, places.top) || is_within(file, places.common)) continue;
    const std::string pattern = exclude_pattern(std::string_view(file).substr(places.top.size() + 1));
    if (excluded) {
      lines.insert(pattern);
    } else {
      lines.erase(pattern);
    }
  }
  plan.after = exclusion_block(lines) + *rest;
  if (plan.after == plan.before) return plan;
  plan.action = *present ? "change" : "create";
  if (lines.empty()) plan.action = rest->empty() ? "remove" : "restore";
  if (excluded) plan.note = "what is this machine's alone is not committed";
  plan.steps.push_back(plan.action == "remove" ? FileStep{FileStep::Kind::remove, plan.path}
                                               : FileStep{FileStep::Kind::write, plan.path, "", plan.after,
                                                          mode_of(plan.path, 0644)});
  return plan;
}

}  // namespace governor::ctl
