#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "daemon/tools/tool.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

/// What the words of a profile ask for.
struct Wanted {
  bool core = true;
  bool full = false;
  std::vector<std::string_view> groups;

  [[nodiscard]] bool includes(const Tool& tool) const {
    return full || (core && tool.in_core) ||
           std::find(groups.begin(), groups.end(), tool.group) != groups.end();
  }
};

core::Error wrong_profile(std::string_view given, std::string_view what) {
  core::Error error = core::invalid_argument(
      "tools", fmt::format("\"{}\", {}", text::cut_text(given, 80), what),
      fmt::format("core, full, or a comma list of groups to add to core ({}); -core leaves core out",
                  fmt::join(kToolGroups, ", ")));
  error.given = text::cut_text(given, 80);
  return error;
}

/// False for a word that means nothing.
bool take_word(std::string_view word, Wanted& wanted) {
  if (word == "core") return true;  // it is there unless it is left out
  if (word == "-core") {
    wanted.core = false;
  } else if (word == "full") {
    wanted.full = true;
  } else if (std::find(kToolGroups.begin(), kToolGroups.end(), word) != kToolGroups.end()) {
    wanted.groups.push_back(word);
  } else {
    return false;
  }
  return true;
}

/// A profile is read from the beginning: register, ask, write, report; then what is seldom needed.
constexpr std::array<std::string_view, 5> kStory{"register_agent", "request_write", "commit_file",
                                                 "release_write", "process_agent_update"};

void put_in_order_of_work(std::vector<const Tool*>& tools) {
  const auto place = [](const Tool* tool) { return std::find(kStory.begin(), kStory.end(), tool->name); };
  std::stable_sort(tools.begin(), tools.end(),
                   [&](const Tool* one, const Tool* other) { return place(one) < place(other); });
}

}  // namespace

core::Result<std::vector<const Tool*>> tools_of_profile(std::string_view profile) {
  Wanted wanted;
  for (std::string_view rest = profile; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (!take_word(word, wanted)) return wrong_profile(word, "which is no group of tools");
  }
  std::vector<const Tool*> chosen;
  for (const Tool& tool : all_tools()) {
    if (wanted.includes(tool)) chosen.push_back(&tool);
  }
  put_in_order_of_work(chosen);
  if (chosen.empty()) return wrong_profile(profile, "which leaves no tools");
  return chosen;
}

}  // namespace governor::daemon
