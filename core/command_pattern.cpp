#include "core/command_pattern.hpp"

#include <algorithm>
#include <utility>

namespace governor::core {
namespace {

constexpr std::string_view kOtherThan = "other-than:";
constexpr std::string_view kWithout = "without:";
constexpr std::size_t kLargestPattern = 1024;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// Neither option, nor path, assignment or wildcard.
bool is_plain(std::string_view text) {
  return !is_option(text) && text.find_first_of("*?=/.:+") == std::string_view::npos;
}

/// Whether the pattern -f is one of the letters of -xf.
bool is_bundled(std::string_view pattern, std::string_view word) {
  return pattern.size() == 2 && pattern[0] == '-' && pattern[1] != '-' && word.size() > 2 && word[0] == '-' &&
         word[1] != '-' && word.find(pattern[1], 1) != std::string_view::npos;
}

bool any_matches(const std::vector<std::string>& alternatives, std::string_view word) {
  return std::any_of(alternatives.begin(), alternatives.end(), [&](const std::string& alternative) {
    return matches_glob(alternative, word) || is_bundled(alternative, word);
  });
}

bool is_beside(const std::vector<std::string>& names, std::string_view word) {
  if (is_option(word)) return false;
  if (word.find("..") != std::string_view::npos) return true;  // where that leads, words do not say
  const auto parts = split(word, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [&](const std::string& part) { return any_matches(names, part); });
}

/// git takes options of its own before the word that says what to do.
std::string_view first_operand(const SimpleCommand& command) {
  for (std::size_t i = 0; i < command.words.size(); ++i) {
    const std::string& word = command.words[i];
    if (!is_option(word)) return word;
    if (command.program == "git" && (word == "-C" || word == "-c")) ++i;
  }
  return {};
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      retry = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++retry;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

Result<CommandPattern> CommandPattern::parse(std::string_view text) {
  CommandPattern pattern;
  pattern.text_ = text;
  const auto refuse = [&](std::string expected) {
    return invalid_argument("pattern", std::string(text.substr(0, 100)), std::move(expected));
  };
  if (text.size() > kLargestPattern) return refuse("at most 1024 bytes");
  Part part;
  for (const std::string& word : split(text, ' ')) {
    if (word == "|" || word == "<(") {
      if (part.words.empty()) return refuse("a program before each \"" + word + '"');
      pattern.parts_.push_back(std::exchange(part, Part{}));
      part.runs_before = word == "<(";
      continue;
    }
    const bool other = word.starts_with(kOtherThan);
    const bool without = word.starts_with(kWithout);
    const std::size_t prefix = other ? kOtherThan.size() : without ? kWithout.size() : 0;
    Word parsed{split(std::string_view(word).substr(prefix), '|'), other, without};
    if (parsed.alternatives.empty()) return refuse("a name in each word of the pattern");
    if ((other || without) && part.words.empty()) return refuse("a program as the first word");
    part.words.push_back(std::move(parsed));
  }
  if (part.words.empty())
    return refuse("a program, and words that it is given, such as: git push -f|--force");
  pattern.parts_.push_back(std::move(part));
  return pattern;
}

bool CommandPattern::matches(std::span<const SimpleCommand> commands, std::size_t index) const {
  return matches_up_to(parts_.size() - 1, commands, index);
}

bool CommandPattern::matches_up_to(std::size_t last, std::span<const SimpleCommand> commands,
                                   std::size_t index) const {
  const SimpleCommand& command = commands[index];
  if (!part_matches(parts_[last], command)) return false;
  if (last == 0) return true;
  if (parts_[last].runs_before) {
    for (std::size_t at = command.script_from; at < std::min(command.script_to, index); ++at)
      if (matches_up_to(last - 1, commands, at)) return true;
    return false;
  }
  while (index > 0 && commands[index].reads_pipe)
    if (matches_up_to(last - 1, commands, --index)) return true;
  return false;
}

bool CommandPattern::part_matches(const Part& part, const SimpleCommand& command) {
  const std::vector<Word>& words = part.words;
  if (!any_matches(words.front().alternatives, command.program)) return false;
  auto word = words.begin() + 1;
  if (word != words.end() && is_plain(word->alternatives.front()) && !word->is_other_than &&
      !word->is_without) {
    if (!any_matches(word->alternatives, first_operand(command))) return false;
    ++word;
  }
  return std::all_of(word, words.end(), [&](const Word& each) { return word_matches(each, command); });
}

bool CommandPattern::word_matches(const Word& word, const SimpleCommand& command) {
  const auto found = [&](const std::vector<std::string>& among) {
    return std::any_of(among.begin(), among.end(), [&](const std::string& given) {
      return word.is_other_than ? is_beside(word.alternatives, given) : any_matches(word.alternatives, given);
    });
  };
  if (word.is_without) return !found(command.words);
  if (word.alternatives.front().starts_with('>')) {
    return std::any_of(command.writes_files.begin(), command.writes_files.end(),
                       [&](const std::string& file) { return any_matches(word.alternatives, '>' + file); });
  }
  return found(command.words) ||
         (!word.is_other_than && (found(command.assignments) || found(command.reads_files)));
}

}  // namespace governor::core
