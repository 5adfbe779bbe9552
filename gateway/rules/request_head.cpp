#include "gateway/rules/request_head.hpp"

#include <algorithm>

namespace governor::gateway {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes what stands before the separator, and it, off the text.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool same_word(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::optional<std::string_view> RequestHead::field(std::string_view name) const {
  for (const auto& [own, value] : fields)
    if (same_word(own, name)) return value;
  return std::nullopt;
}

std::size_t RequestHead::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(),
                                                [&](const auto& one) { return same_word(one.first, name); }));
}

std::string_view RequestHead::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view RequestHead::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return bytes;
}

std::vector<std::string> query_values(std::string_view query, std::string_view name) {
  std::vector<std::string> values;
  while (!query.empty()) {
    std::string_view pair = take_until(query, '&');
    const auto own = percent_decoded(take_until(pair, '='));
    if (!own || *own != name) continue;
    if (auto value = percent_decoded(pair)) values.push_back(*std::move(value));
  }
  return values;
}

std::optional<std::string_view> cookie_value(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    std::string_view pair = trimmed(take_until(cookies, ';'));
    if (pair.find('=') == std::string_view::npos) continue;
    if (take_until(pair, '=') == name) return pair;
  }
  return std::nullopt;
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  authorization = trimmed(authorization);
  if (!same_word(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  const std::string_view token = trimmed(authorization.substr(kScheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

bool accepts(std::string_view accept, std::string_view media_type) {
  const std::string_view type = media_type.substr(0, media_type.find('/') + 1);
  while (!accept.empty()) {
    std::string_view range = take_until(accept, ',');
    range = trimmed(take_until(range, ';'));
    if (same_word(range, media_type) || range == "*/*") return true;
    if (range.ends_with("/*") && same_word(range.substr(0, range.size() - 1), type)) return true;
  }
  return false;
}

bool is_media_type(std::string_view content_type, std::string_view media_type) {
  return same_word(trimmed(take_until(content_type, ';')), media_type);
}

}  // namespace governor::gateway
