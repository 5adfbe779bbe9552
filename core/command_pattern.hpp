#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/shell_command.hpp"

namespace governor::core {

/// A pattern on the words of a command, such as `git push -f|--force`:
/// - the first word is the program; each further one must be found among the command's words, in any order.
/// But a
///   plain name after the program (`push` above) must be the command's first word that is no option;
/// - `a|b` is one or the other, `*` any characters, `?` one of them; `-f` also finds itself in `-xf`;
/// - `other-than:a|b` is a word, no option, of which no part between slashes is like these;
/// - `without:a|b` is no word: there must be none like these;
/// - `NAME=value` is found among the assignments before the program as well;
/// - `>a` is a file that the program's output is written to;
/// - a `|` alone begins the pattern of the program into which the first one's output goes, however many stand
///   between the two; a `<(` alone that of the program which runs it as a script: bash <(...), eval "$(...)".
class CommandPattern {
 public:
  /// `invalid_argument` for a text that is no pattern.
  static Result<CommandPattern> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// Whether the command at `index` is like this; where the pattern has several programs, that is the last
  /// one.
  [[nodiscard]] bool matches(std::span<const SimpleCommand> commands, std::size_t index) const;

 private:
  struct Word {
    std::vector<std::string> alternatives;
    bool is_other_than = false;
    bool is_without = false;
  };
  struct Part {
    std::vector<Word> words;
    bool runs_before = false;  ///< what the part before it puts out is its script, not its input
  };

  [[nodiscard]] bool matches_up_to(std::size_t last, std::span<const SimpleCommand> commands,
                                   std::size_t index) const;
  static bool part_matches(const Part& part, const SimpleCommand& command);
  static bool word_matches(const Word& word, const SimpleCommand& command);

  std::string text_;
  std::vector<Part> parts_;
};

/// `*` stands for any characters, `?` for one.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace governor::core
