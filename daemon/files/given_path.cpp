#include "daemon/files/given_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text/cut_text.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kShownPathBytes = 200;
constexpr std::string_view kExpectedPath =
    "the path of a file or directory, absolute or relative to the session's directory";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
  }
  return small;
}

/// The scheme of `scheme://…`, and of what editors call a document without a file; empty: it is none.
std::string scheme_of(std::string_view given) {
  const std::size_t colon = given.find(':');
  if (colon == std::string_view::npos || colon < 2 || !is_letter(given.front())) return {};
  const std::string scheme = small_letters(given.substr(0, colon));
  const bool is_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '.' || c == '-';
  });
  const bool is_editors = scheme == "untitled" || scheme.starts_with("vscode-");
  const bool is_address = given.substr(colon + 1).starts_with("//") || is_editors || scheme == "file";
  return is_scheme && is_address ? scheme : std::string();
}

/// `C:\x`, `C:/x` and `\\server\share`.
bool is_windows_path(std::string_view given) {
  if (given.starts_with("\\\\")) return true;
  return given.size() >= 3 && is_letter(given[0]) && given[1] == ':' && (given[2] == '\\' || given[2] == '/');
}

core::Error refuse_windows(std::string_view given) {
  return refuse_path(given, "The path is one of Windows, and governor runs on another system.",
                     "Give the path under which this system has the file, such as /mnt/c/… for C:\\… in WSL.",
                     "a path of this system");
}

/// Replaces `%20` and the like; none if something else stands behind a percent sign.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '%') {
      unsigned value = 0;
      const char* end = text.data() + std::min<std::size_t>(text.size(), 2);
      const auto parsed = std::from_chars(text.data(), end, value, 16);
      if (text.size() < 2 || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
      text.remove_prefix(2);
      c = static_cast<char>(value);
    }
    decoded += c;
  }
  return decoded;
}

std::optional<core::Error> refuse_nul(const std::string& path) {
  if (path.find('\0') == std::string::npos) return std::nullopt;
  return refuse_path("a path with a NUL in it", "The path has a NUL in it, which no path can have.",
                     "Give the path without it.");
}

/// The path of `file:///a%20b`, `file://localhost/a` or `file:/a`.
core::Result<std::string> path_of_address(std::string_view given) {
  constexpr std::string_view kExpectedAddress = "file:///absolute/path";
  std::string_view rest = given.substr(given.find(':') + 1);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string host = small_letters(rest.substr(0, end));
    if (!host.empty() && host != "localhost") {
      return refuse_path(
          given, fmt::format("The address names the machine \"{}\".", host),
          "Only files of this machine can be named: file:///absolute/path, or the path itself.",
          std::string(kExpectedAddress));
    }
    rest.remove_prefix(end);
  }
  if (!rest.starts_with('/')) {
    return refuse_path(given, "The address has no absolute path.",
                       "Write file:///absolute/path, or the path itself; a file of that name is ./" +
                           std::string(text::cut_text(given, kShownPathBytes)) + ".",
                       std::string(kExpectedAddress));
  }
  if (const std::size_t mark = rest.find_first_of("#?"); mark != std::string_view::npos) {
    return refuse_path(given,
                       fmt::format("The address goes on behind the path, with \"{}\".",
                                   text::cut_text(rest.substr(mark), kShownPathBytes)),
                       "Leave that out. In an address, # and ? of a name are written %23 and %3F.",
                       std::string(kExpectedAddress));
  }
  auto decoded = percent_decoded(rest);
  if (!decoded) {
    return refuse_path(given, "A percent sign in the address is not followed by two hexadecimal digits.",
                       "Write a percent sign as %25, or give the path itself.",
                       std::string(kExpectedAddress));
  }
  if (is_windows_path(std::string_view(*decoded).substr(1))) return refuse_windows(given);
  if (auto error = refuse_nul(*decoded)) return *std::move(error);
  return text::path_text(*decoded);
}

std::optional<core::Error> refuse_foreign_form(std::string_view given) {
  if (const std::string scheme = scheme_of(given); !scheme.empty() && scheme != "file") {
    return refuse_path(given, fmt::format("This is an address of the scheme \"{}\", not a path.", scheme),
                       "Give the path of the file on this machine, such as /home/…; file:///… is "
                       "understood as well.");
  }
  if (is_windows_path(given)) return refuse_windows(given);
  if (given.starts_with("${") || given.find("${workspace") != std::string_view::npos) {
    return refuse_path(given, "The path has a placeholder, which only an editor replaces.",
                       "Write out what it stands for, or give the path relative to the session's directory.");
  }
  if (given == "~" || given.starts_with("~/")) {
    return refuse_path(given, "The path begins with ~, which only a shell replaces by the home directory.",
                       "Write the home directory out; a file of that name is ./~.");
  }
  return std::nullopt;
}

/// How many characters of the end are `#L3`, `#L3-L9` or `#L3C1-L9C2`.
std::size_t line_mark_size(std::string_view text) {
  const std::size_t mark = text.rfind("#L");
  if (mark == std::string_view::npos || mark + 2 == text.size()) return 0;
  const auto rest = text.substr(mark + 2);
  const bool is_mark = is_digit(rest.front()) && rest.find_first_not_of("0123456789LC-") == std::string::npos;
  return is_mark ? text.size() - mark : 0;
}

/// Likewise `:12`, `:12:5` and `:12-20`.
std::size_t line_number_size(std::string_view text) {
  const std::size_t last = text.find_last_not_of("0123456789:-");
  const std::size_t mark = last == std::string_view::npos ? last : text.find(':', last);
  const bool is_mark = mark != std::string_view::npos && mark + 1 < text.size() && is_digit(text[mark + 1]);
  return is_mark ? text.size() - mark : 0;
}

}  // namespace

core::Error refuse_path(std::string_view given, std::string message, std::string hint, std::string expected) {
  core::Error error(core::ErrorCode::invalid_argument, std::move(message), std::move(hint));
  error.field = "path";
  error.given = text::cut_text(given, kShownPathBytes);
  error.expected = expected.empty() ? std::string(kExpectedPath) : std::move(expected);
  return error;
}

core::Result<std::string> plain_path(std::string_view given, std::string_view working_directory) {
  if (given.empty()) return refuse_path(given, "The path is empty.", "Name the file or directory.");
  std::string path(given);
  if (scheme_of(given) == "file") {
    auto named = path_of_address(given);
    if (!named) return std::move(named.error());
    path = *std::move(named);
  } else if (auto error = refuse_foreign_form(given)) {
    return *std::move(error);
  }
  if (auto error = refuse_nul(path)) return *std::move(error);
  if (path.size() > kMaxRealPathBytes) {
    return refuse_path(given, fmt::format("The path has {} bytes.", path.size()), "Use a shorter path.",
                       fmt::format("at most {} bytes", kMaxRealPathBytes));
  }
  if (path.front() != '/' && !working_directory.starts_with('/')) {
    return refuse_path(given,
                       "The path is relative, and the session has not said in which directory it works.",
                       "Give the absolute path.", "an absolute path");
  }
  return path;
}

std::optional<core::Error> refuse_decorated(std::string_view given, const std::string& path,
                                            NameLookup& names) {
  const auto refuse = [&](std::size_t size) {
    const std::string_view mark = std::string_view(path).substr(path.size() - size);
    return refuse_path(given, fmt::format("There is no file {}; \"{}\" names a place in one.", path, mark),
                       fmt::format("Name the file alone: {}.", path.substr(0, path.size() - size)));
  };
  if (const std::size_t size = line_mark_size(path); size != 0) return refuse(size);
  if (const std::size_t size = line_number_size(path); size != 0) {
    if (names.look(text::path_bytes(path.substr(0, path.size() - size))).kind == NameLookup::Kind::file)
      return refuse(size);
  }
  if (!text::has_plain_backslash(given)) return std::nullopt;
  std::string slashed(given);
  std::replace(slashed.begin(), slashed.end(), '\\', '/');
  return refuse_path(given, fmt::format("There is no file {}, and its name has backslashes.", path),
                     fmt::format("Directories are separated by slashes here: {}.", slashed));
}

}  // namespace governor::daemon
