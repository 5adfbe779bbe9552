#include "core/shell_command.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "core/wrapper_commands.hpp"

namespace governor::core {
namespace {

constexpr int kDeepestNesting = 6;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view name_of(std::string_view program) {
  return program.substr(program.rfind('/') + 1);
}

/// A file of /dev that takes what nobody wants to keep, or stands for a descriptor or a terminal.
bool is_sink(std::string_view file) {
  constexpr std::string_view kDevices = "/dev/";
  if (!file.starts_with(kDevices)) return false;
  const std::string_view name = file.substr(kDevices.size());
  return is_one_of(name, {"null", "zero", "full", "random", "urandom", "stdin", "stdout", "stderr", "tty",
                          "console", "ptmx"}) ||
         name.starts_with("fd/") || name.starts_with("pts/") || name.starts_with("tty") ||
         name.starts_with("tcp/") || name.starts_with("udp/");
}

/// What stands for the output of a command.
constexpr std::string_view kSubstitution = "$()";

bool is_shell_name(std::string_view program) {
  return is_one_of(program, {"sh", "bash", "zsh", "dash", "ksh"});
}

/// Whether the program runs, as a script, what a substitution among its words stands for.
bool runs_substitution(const SimpleCommand& command) {
  const auto has = [](std::string_view word) { return word.find(kSubstitution) != std::string_view::npos; };
  const std::vector<std::string>& words = command.words;
  if (command.program == "eval") return std::any_of(words.begin(), words.end(), has);
  const bool is_source = is_one_of(command.program, {"source", "."});
  const bool is_interpreter =
      command.program.starts_with("python") || is_one_of(command.program, {"perl", "ruby", "node"});
  if (!is_source && !is_interpreter && !is_shell_name(command.program)) return false;
  if (std::any_of(command.reads_files.begin(), command.reads_files.end(), has)) return true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_option(words[i])) return has(words[i]);                   // further ones are the script's own
    if (words[i].ends_with('o') && is_shell_name(command.program)) {  // -o pipefail
      ++i;
      continue;
    }
    const bool takes_script = words[i][1] != '-' && (words[i].ends_with('c') || words[i].ends_with('e'));
    if (takes_script && i + 1 < words.size()) return has(words[i + 1]);
  }
  return false;
}

/// Words of the shell's own after which a command begins.
bool is_keyword(std::string_view word) {
  return is_one_of(word, {"if", "then", "elif", "else", "fi", "while", "until", "do", "done", "{", "}", "!",
                          "time", "esac", "coproc"});
}

class ShellReader {
 public:
  ShellReader(std::string_view text, int depth, std::vector<SimpleCommand>& commands)
      : text_(text), depth_(depth), commands_(commands) {}

  void read() {
    while (at_ < text_.size()) step();
    end_command(false);
  }

 private:
  enum class Redirection { none, in, out };

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void step() {
    const char c = peek();
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
        end_word();
        ++at_;
        return;
      case '\n':
        end_command(false);
        ++at_;
        skip_documents();
        return;
      case ';':
        end_command(false);
        ++at_;
        return;
      case '(':
        if ((has_word_ && !in_words_ && word_.ends_with('=')) || peek(1) == '(') {
          skip_parentheses();
          return;
        }
        [[fallthrough]];
      case ')':
        end_command(false);
        ++at_;
        return;
      case '&': read_ampersand(); return;
      case '|': read_bar(); return;
      case '<':
      case '>': read_redirection(); return;
      case '#':
        if (has_word_) break;
        while (at_ < text_.size() && peek() != '\n') ++at_;
        return;
      default: break;
    }
    read_character();
  }

  void read_ampersand() {
    if (peek(1) == '>') {  // both outputs into a file
      end_word();
      ++at_;
      read_redirection();
      return;
    }
    end_command(false);
    at_ += peek(1) == '&' ? 2 : 1;
  }

  void read_bar() {
    const bool or_else = peek(1) == '|';
    end_command(!or_else);
    at_ += or_else || peek(1) == '&' ? 2 : 1;
  }

  void read_redirection() {
    // A number before it names a descriptor, and is no word.
    if (has_word_ && !quoted_ &&
        std::all_of(word_.begin(), word_.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
      word_.clear();
      has_word_ = false;
    }
    end_word();
    const bool out = peek() == '>';
    ++at_;
    if (!out && peek() == '<') {
      ++at_;
      if (peek() == '<') {
        ++at_;
        current_.has_text = true;
        redirection_ = Redirection::in;
        takes_text_ = true;
        return;
      }
      begin_document();
      return;
    }
    if (peek() == '(') {  // the output of a command, as a file
      read_nested(')');
      return;
    }
    while (peek() == '>' || peek() == '|' || peek() == '&') {
      if (peek() == '&' && (std::isdigit(static_cast<unsigned char>(peek(1))) != 0 || peek(1) == '-')) {
        at_ += 2;
        return;
      }
      ++at_;
    }
    redirection_ = out ? Redirection::out : Redirection::in;
  }

  void begin_document() {
    Document document;
    if (peek() == '-') {
      document.strips_tabs = true;
      ++at_;
    }
    while (peek() == ' ' || peek() == '\t') ++at_;
    while (at_ < text_.size() && std::string_view(" \t\r\n;&|<>()").find(peek()) == std::string_view::npos) {
      if (peek() != '\'' && peek() != '"' && peek() != '\\') document.end += peek();
      ++at_;
    }
    current_.has_text = true;
    if (!document.end.empty()) documents_.push_back(std::move(document));
  }

  void skip_documents() {
    for (const Document& document : documents_) {
      while (at_ < text_.size()) {
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        std::string_view line = text_.substr(at_, end - at_);
        at_ = std::min(end + 1, text_.size());
        if (document.strips_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line == document.end) break;
      }
    }
    documents_.clear();
  }

  void read_character() {
    const char c = peek();
    has_word_ = true;
    if (c == '\\') {
      ++at_;
      if (peek() != '\n' && at_ < text_.size()) word_ += peek();
      if (peek() == '\n' && word_.empty() && !quoted_) has_word_ = false;
      ++at_;
    } else if (c == '\'') {
      read_single_quotes();
    } else if (c == '"') {
      read_double_quotes();
    } else if (c == '`') {
      read_nested('`');
    } else if (c == '$' && peek(1) == '(') {
      ++at_;
      peek(1) == '(' ? skip_parentheses() : read_nested(')');
    } else {
      word_ += c;
      ++at_;
    }
  }

  void read_single_quotes() {
    quoted_ = true;
    const std::size_t end = std::min(text_.find('\'', at_ + 1), text_.size());
    word_ += text_.substr(at_ + 1, end - at_ - 1);
    at_ = std::min(end + 1, text_.size());
  }

  void read_double_quotes() {
    quoted_ = true;
    ++at_;
    while (at_ < text_.size() && peek() != '"') {
      if (peek() == '\\' && std::string_view("\"\\$`\n").find(peek(1)) != std::string_view::npos) {
        if (peek(1) != '\n') word_ += peek(1);
        at_ += 2;
      } else if (peek() == '`') {
        read_nested('`');
      } else if (peek() == '$' && peek(1) == '(') {
        ++at_;
        peek(1) == '(' ? skip_parentheses() : read_nested(')');
      } else {
        word_ += peek();
        ++at_;
      }
    }
    ++at_;
  }

  /// The values of an array, or arithmetic: no commands.
  void skip_parentheses() {
    int open = 0;
    do {
      if (peek() == '(') ++open;
      if (peek() == ')') --open;
      ++at_;
    } while (open > 0 && at_ < text_.size());
  }

  /// At the opening character; what stands up to the closing one is a command line of its own.
  void read_nested(char close) {
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    char quote = '\0';
    for (int open = 1; end < text_.size(); ++end) {
      const char c = text_[end];
      if (c == '\\') {
        ++end;
      } else if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '\'' || (c == '"' && close == ')')) {
        quote = c;
      } else if (c == close) {
        if (--open == 0) break;
      } else if (close == ')' && c == '(') {
        ++open;
      }
    }
    end = std::min(end, text_.size());
    has_word_ = true;
    if (!has_nested_) nested_from_ = commands_.size();
    has_nested_ = true;
    word_ += kSubstitution;
    if (depth_ < kDeepestNesting) ShellReader(text_.substr(begin, end - begin), depth_ + 1, commands_).read();
    at_ = std::min(end + 1, text_.size());
  }

  void end_word() {
    if (!has_word_) return;
    std::string word = std::move(word_);
    const bool quoted = quoted_;
    word_.clear();
    has_word_ = quoted_ = false;
    if (std::exchange(takes_text_, false)) {
      redirection_ = Redirection::none;
      return;
    }
    const Redirection redirection = std::exchange(redirection_, Redirection::none);
    if (redirection == Redirection::in) {
      current_.reads_files.push_back(std::move(word));
    } else if (redirection == Redirection::out) {
      if (!is_sink(word)) current_.writes_files.push_back(std::move(word));
    } else if (!in_words_ && !quoted && is_keyword(word)) {
      return;
    } else if (!in_words_ && !quoted && is_one_of(word, {"for", "case", "select", "function"})) {
      is_header_ = true;
    } else if (!in_words_ && is_assignment(word)) {
      current_.assignments.push_back(std::move(word));
    } else if (!in_words_) {
      in_words_ = true;
      current_.program = name_of(word);
    } else {
      current_.words.push_back(std::move(word));
    }
  }

  void end_command(bool pipes_on) {
    end_word();
    redirection_ = Redirection::none;
    takes_text_ = false;
    SimpleCommand done = std::exchange(current_, SimpleCommand{});
    const bool keep = !is_header_ && (in_words_ || !done.assignments.empty() || !done.writes_files.empty());
    in_words_ = is_header_ = false;
    if (std::exchange(has_nested_, false)) {
      done.script_from = nested_from_;
      done.script_to = commands_.size();
    }
    current_.reads_pipe = pipes_on;
    if (keep) add(std::move(done));
  }

  void add(SimpleCommand command) {
    if (commands_.size() >= kMostCommands) return;
    if (depth_ < kDeepestNesting) read_script(command);
    std::optional<SimpleCommand> inner;
    if (const auto at = wrapped_at(command.program, command.words)) inner = inner_of(command, *at);
    if (!runs_substitution(command)) command.script_from = command.script_to = 0;
    commands_.push_back(std::move(command));
    if (inner && wrappers_ < kDeepestNesting) {
      ++wrappers_;
      add(*std::move(inner));
      --wrappers_;
    }
  }

  static SimpleCommand inner_of(const SimpleCommand& outer, std::size_t at) {
    SimpleCommand inner;
    inner.program = name_of(outer.words[at]);
    inner.words.assign(outer.words.begin() + static_cast<std::ptrdiff_t>(at) + 1, outer.words.end());
    if (outer.program == "env") {
      std::copy_if(outer.words.begin(), outer.words.begin() + static_cast<std::ptrdiff_t>(at),
                   std::back_inserter(inner.assignments), is_assignment);
    }
    inner.reads_pipe = outer.reads_pipe;
    inner.has_text = outer.has_text;
    inner.script_from = outer.script_from;
    inner.script_to = outer.script_to;
    return inner;
  }

  /// sh -c 'what to do'
  void read_script(const SimpleCommand& command) {
    const bool is_shell = is_shell_name(command.program);
    if (!is_shell && command.program != "eval") return;
    if (!is_shell) {
      std::string script;
      for (const std::string& word : command.words) script += word + ' ';
      ShellReader(script, depth_ + 1, commands_).read();
      return;
    }
    for (std::size_t i = 0; i + 1 < command.words.size(); ++i) {
      const std::string& word = command.words[i];
      if (word.size() > 1 && word[0] == '-' && word[1] != '-' && word.ends_with('c')) {
        ShellReader(command.words[i + 1], depth_ + 1, commands_).read();
        return;
      }
    }
  }

  struct Document {
    std::string end;
    bool strips_tabs = false;
  };

  std::string_view text_;
  int depth_;
  int wrappers_ = 0;
  std::vector<SimpleCommand>& commands_;
  std::size_t at_ = 0;
  SimpleCommand current_;
  std::string word_;
  bool has_word_ = false;
  bool quoted_ = false;
  bool in_words_ = false;
  bool has_nested_ = false;  ///< this command has a substitution, whose commands begin at `nested_from_`
  std::size_t nested_from_ = 0;
  bool is_header_ = false;  ///< `for x in a b`, up to the `do`
  bool takes_text_ = false;
  Redirection redirection_ = Redirection::none;
  std::vector<Document> documents_;
};

}  // namespace

bool is_option(std::string_view word) {
  return word.size() > 1 && word.front() == '-';
}

std::vector<SimpleCommand> parse_shell_command(std::string_view text) {
  std::vector<SimpleCommand> commands;
  ShellReader(text.substr(0, kLargestCommand), 0, commands).read();
  return commands;
}

}  // namespace governor::core
