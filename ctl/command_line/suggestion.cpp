#include "ctl/command_line/suggestion.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "ctl/printable.hpp"

namespace governor::ctl {

namespace {

constexpr std::size_t kLongestCompared = 64;
constexpr std::size_t kMostSuggested = 3;

/// A third of the letters may be wrong.
std::size_t letters_wrong(std::string_view typed) {
  return (typed.size() + 2) / 3;
}

const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
  return *at;
}

/// Those of the command and, since options of governorctl may stand anywhere, those of all above it.
std::vector<std::string> known_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options({})) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string any_of_words(const std::vector<std::string>& words, const std::string& before) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " or ") + before + word;
  return text;
}

}  // namespace

std::size_t edit_distance(std::string_view one, std::string_view other) {
  one = one.substr(0, kLongestCompared);
  other = other.substr(0, kLongestCompared);
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::vector<std::size_t> row(other.size() + 1);
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t changed = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, std::move(row));
  }
  return last[other.size()];
}

std::vector<std::string> likely_meant(std::string_view typed, const std::vector<std::string>& known) {
  std::vector<std::string> meant;
  std::size_t nearest = letters_wrong(typed);
  for (const std::string& word : known) {
    const std::size_t distance = edit_distance(typed, word);
    if (distance > nearest) continue;
    if (distance < nearest) meant.clear();
    nearest = distance;
    meant.push_back(word);
  }
  for (const std::string& word : known) {
    if (word.starts_with(typed) && std::find(meant.begin(), meant.end(), word) == meant.end())
      meant.push_back(word);
  }
  if (meant.size() > kMostSuggested) meant.resize(kMostSuggested);
  return meant;
}

std::string named_command(const CLI::App& app) {
  std::string path = app.get_name();
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().back();
    path += ' ' + at->get_name();
  }
  return path;
}

std::string explain_leftover(const CLI::App& app) {
  const std::vector<std::string> leftover = app.remaining(true);
  if (leftover.empty()) return {};
  const CLI::App& command = innermost(app);
  const std::string path = named_command(app);
  // "--rows=5" is about --rows.
  const std::string& word = leftover.front();
  const bool is_option = word.starts_with('-') && word != "--";
  const std::string typed = is_option ? word.substr(0, word.find('=')) : word;
  if (is_option) {
    const auto meant = likely_meant(typed, known_options(command));
    return path + " has no option " + printable(typed) +
           (meant.empty() ? "" : "; did you mean: " + any_of_words(meant, "") + '?');
  }
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands({})) names.push_back(sub->get_name());
  if (names.empty()) return path + " does not know what to do with \"" + printable(typed) + '"';
  const auto meant = likely_meant(typed, names);
  return path + " has no command \"" + printable(typed) + '"' +
         (meant.empty() ? "" : "; did you mean: " + any_of_words(meant, path + ' ') + '?');
}

}  // namespace governor::ctl
