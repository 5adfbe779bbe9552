#include "daemon/lifecycle/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "daemon/lifecycle/settings.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<std::size_t>(std::count(
             text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())), '\n'));
}

/// The line on which a top-level key stands; the first one if it cannot be found.
std::size_t line_of_key(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(fmt::format("\"{}\"", key));
  return at == std::string_view::npos ? 1 : line_of(text, at);
}

}  // namespace

std::optional<std::string> apply_config(const std::string& path, std::string_view text, Options& options) {
  json::parse_options rules;
  rules.allow_comments = true;
  rules.allow_trailing_commas = true;
  json::stream_parser parser(json::storage_ptr(), rules);
  json::error_code error;
  const std::size_t parsed = parser.write_some(text, error);
  if (!error && parsed < text.size()) error = json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) return fmt::format("{}:{}: not valid JSON: {}", path, line_of(text, parsed), error.message());
  const json::value document = parser.release();
  if (!document.is_object()) return fmt::format("{}:1: the settings must be one JSON object", path);
  for (const auto& item : document.get_object()) {
    const std::string_view key = item.key();
    if (auto wrong = apply_setting(key, item.value(), options)) {
      return fmt::format("{}:{}: {} {}", path, line_of_key(text, key), key, *wrong);
    }
  }
  return std::nullopt;
}

std::optional<std::string> apply_config_file(const std::string& path, Options& options) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return fmt::format("{}:1: cannot be read: {}", path, std::strerror(errno));
  }
  std::stringstream text;
  text << file.rdbuf();
  return apply_config(path, text.str(), options);
}

}  // namespace governor::daemon
