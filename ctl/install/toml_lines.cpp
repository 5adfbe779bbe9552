#include "ctl/install/toml_lines.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

namespace governor::ctl {
namespace {

constexpr int kDeepestToml = 100;

bool is_bare(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

class TomlReader {
 public:
  explicit TomlReader(std::string_view text) : text_(text) {}

  std::variant<std::vector<TomlStatement>, TextFault> read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    std::vector<TomlStatement> statements;
    for (skip_lines(); !fault_ && at_ < text_.size(); skip_lines()) {
      TomlStatement statement;
      statement.begin = at_;
      if (at('[')) {
        read_header(statement);
      } else {
        read_assignment(statement);
      }
      statement.end = at_;
      if (!fault_) end_line();
      statements.push_back(std::move(statement));
    }
    if (fault_) return *std::move(fault_);
    return statements;
  }

 private:
  void fail(std::string what) { fail_at(at_, std::move(what)); }
  void fail_at(std::size_t offset, std::string what) {
    if (!fault_) fault_ = TextFault{std::min(offset, text_.size()), std::move(what)};
  }
  [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  [[nodiscard]] bool at(std::string_view word) const {
    return at_ < text_.size() && text_.substr(at_).starts_with(word);
  }

  void skip_blanks() {
    while (at(' ') || at('\t')) ++at_;
  }
  void skip_comment() {
    if (at('#')) at_ = std::min(text_.find('\n', at_), text_.size());
  }
  /// Blanks, line ends and comments.
  void skip_lines() {
    for (;;) {
      skip_blanks();
      skip_comment();
      if (!at('\n') && !at("\r\n")) return;
      at_ += at('\n') ? 1 : 2;
    }
  }
  void end_line() {
    skip_blanks();
    skip_comment();
    if (at_ < text_.size() && !at('\n') && !at("\r\n")) fail("the end of the line is expected");
  }

  void read_header(TomlStatement& statement) {
    const bool array = at("[[");
    statement.kind = array ? TomlStatement::Kind::array_of_tables : TomlStatement::Kind::table;
    at_ += array ? 2 : 1;
    read_key(statement.key);
    if (fault_) return;
    if (!at(array ? "]]" : "]")) return fail("] is expected");
    at_ += array ? 2 : 1;
  }

  void read_assignment(TomlStatement& statement) {
    read_key(statement.key);
    if (fault_) return;
    if (!at('=')) return fail("= is expected");
    ++at_;
    skip_blanks();
    statement.value_begin = at_;
    statement.is_string = at('"') || at('\'');
    read_value(0);
  }

  void read_key(std::vector<std::string>& key) {
    for (;;) {
      skip_blanks();
      const std::size_t begin = at_;
      if (at('"') || at('\'')) {
        read_text();
        if (fault_) return;
        key.push_back(toml_text(text_.substr(begin, at_ - begin)));
      } else {
        while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
        if (begin == at_) return fail("a name is expected");
        key.emplace_back(text_.substr(begin, at_ - begin));
      }
      skip_blanks();
      if (!at('.')) return;
      ++at_;
    }
  }

  void read_text() {
    const std::size_t begin = at_;
    const char quote = text_[at_];
    const std::string thrice(3, quote);
    if (at(thrice)) {
      at_ += 3;
      while (at_ < text_.size() && !at(thrice)) at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
      if (at_ >= text_.size()) return fail_at(begin, "this text has no end");
      at_ += 3;
      while (at(quote)) ++at_;  // up to two more belong to the text
      return;
    }
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    if (!at(quote)) return fail_at(begin, "this text has no closing quote");
    ++at_;
  }

  void read_value(int depth) {
    if (depth > kDeepestToml) return fail("it is nested too deeply");
    if (at('"') || at('\'')) return read_text();
    if (at('[') || at('{')) return read_container(depth);
    const std::size_t begin = at_;
    const auto belongs = [](char c) { return is_bare(c) || c == '+' || c == '.' || c == ':'; };
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    // A date and a time may have a blank between them.
    if (at_ - begin == 10 && at(' ') && at_ + 3 < text_.size() && text_[at_ + 3] == ':') {
      ++at_;
      while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    }
    if (begin == at_) return fail("a value is expected");
    const std::string_view word = text_.substr(begin, at_ - begin);
    const bool is_word = word == "true" || word == "false";
    const bool is_number = word.find_first_of("0123456789") != std::string_view::npos ||
                           word.ends_with("inf") || word.ends_with("nan");
    if (!is_word && !is_number) fail_at(begin, "a value is expected; a text needs quotes");
  }

  void read_container(int depth) {
    const std::size_t begin = at_;
    const char closing = at('[') ? ']' : '}';
    ++at_;
    for (bool separated = true;;) {
      skip_lines();
      if (at_ >= text_.size()) return fail_at(begin, std::string("this ") + text_[begin] + " is not closed");
      if (at(closing)) {
        ++at_;
        return;
      }
      if (!separated) return fail(std::string("a comma or ") + closing + " is expected");
      if (closing == '}') {
        std::vector<std::string> key;
        read_key(key);
        if (fault_) return;
        if (!at('=')) return fail("= is expected");
        ++at_;
        skip_blanks();
      }
      read_value(depth + 1);
      if (fault_) return;
      skip_lines();
      separated = at(',');
      if (separated) ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;  ///< behind the end where that comes after a backslash
  std::optional<TextFault> fault_;
};

}  // namespace

std::variant<std::vector<TomlStatement>, TextFault> read_toml(std::string_view text) {
  return TomlReader(text).read();
}

std::string toml_text(std::string_view value) {
  const std::size_t quotes = value.starts_with("\"\"\"") || value.starts_with("'''") ? 3 : 1;
  if (value.size() < 2 * quotes) return std::string(value);
  if (quotes == 1 && value[0] == '"') {
    boost::json::error_code failure;
    const auto parsed = boost::json::parse(value, failure);
    if (!failure && parsed.is_string()) return std::string(parsed.get_string());
  }
  return std::string(value.substr(quotes, value.size() - 2 * quotes));
}

std::string toml_string(std::string_view text) {
  // What JSON escapes, TOML reads in the same way.
  return boost::json::serialize(boost::json::string(text));
}

}  // namespace governor::ctl
