#include "daemon/files/git_settings.hpp"

#include <algorithm>

namespace governor::daemon {
namespace {

// https://git-scm.com/docs/git-config#_syntax
constexpr std::string_view kGitBlanks = " \t\r";

std::string in_lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c; });
  return result;
}

class GitSettingsReader {
 public:
  explicit GitSettingsReader(std::string_view text) : rest_(text) {}

  std::vector<std::string> read() {
    while (skip_to_content()) {
      if (rest_.front() == '[') {
        if (!read_section()) break;
      } else {
        read_setting();
      }
    }
    return std::move(settings_);
  }

 private:
  /// Past blank lines and comments; false at the end.
  bool skip_to_content() {
    for (;;) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
      if (rest_.empty()) return false;
      if (rest_.front() != '#' && rest_.front() != ';') return true;
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }
  }

  /// `[name]` or `[name "subsection"]`, in which a bracket may stand between the quotes.
  bool read_section() {
    bool quoted = false;
    std::size_t end = 1;
    for (; end < rest_.size() && (quoted || rest_[end] != ']'); ++end) {
      if (rest_[end] == '\n') return false;
      if (quoted && rest_[end] == '\\') ++end;
      if (end < rest_.size() && rest_[end] == '"') quoted = !quoted;
    }
    if (end >= rest_.size()) return false;
    const std::string_view header = rest_.substr(1, end - 1);
    const std::size_t name = std::min(header.find_first_of(" \t"), header.size());
    section_ = in_lower_case(header.substr(0, name)) + std::string(header.substr(name));
    rest_.remove_prefix(end + 1);
    return true;
  }

  void read_setting() {
    const std::size_t end = std::min(rest_.find_first_of("= \t\r\n#;"), rest_.size());
    std::string setting = section_ + "." + in_lower_case(rest_.substr(0, end));
    rest_.remove_prefix(end);
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kGitBlanks), rest_.size()));
    if (rest_.starts_with('=')) setting += "=" + read_value();
    settings_.push_back(std::move(setting));
    skip_line();
  }

  void skip_line() { rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size())); }

  /// As git takes it: without quotes, comments, and blanks around it; a backslash continues the line.
  std::string read_value() {
    std::string value;
    std::size_t kept = 0;  // what lies beyond are blanks that may be the end
    bool quoted = false;
    for (rest_.remove_prefix(1); !rest_.empty() && rest_.front() != '\n'; rest_.remove_prefix(1)) {
      char c = rest_.front();
      if (c == '"') {
        quoted = !quoted;
        kept = value.size();
        continue;
      }
      if (!quoted && (c == '#' || c == ';')) {
        skip_line();
        break;
      }
      const bool is_blank = !quoted && kGitBlanks.find(c) != std::string_view::npos;
      if (c == '\\' && rest_.size() > 1) {
        rest_.remove_prefix(rest_.substr(1).starts_with("\r\n") ? 2 : 1);
        c = rest_.front();
        if (c == '\n') continue;
      }
      if (is_blank && value.empty()) continue;
      value += c;
      if (!is_blank) kept = value.size();
    }
    value.resize(kept);
    return value;
  }

  std::string_view rest_;
  std::string section_;
  std::vector<std::string> settings_;
};

}  // namespace

std::vector<std::string> read_git_settings(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return GitSettingsReader(text).read();
}

}  // namespace governor::daemon
