#include "core/path_pattern.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace governor::core {
namespace {

constexpr std::string_view kAnyDepth = "**";

/// A name of a path or of a pattern. Those of a literal path have no wildcards.
struct Name {
  std::string_view text;
  bool literal;

  [[nodiscard]] bool any_depth() const { return !literal && text == kAnyDepth; }
};

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Of a code point, or of an escape that stands for one byte, see `text::path_text`.
std::size_t character_length(std::string_view text) {
  if (text.size() >= 4 && text.starts_with("\\x") && is_hex_digit(text[2]) && is_hex_digit(text[3])) return 4;
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
  return length;
}

bool is_star(const Name& name) {
  return !name.literal && !name.text.empty() && name.text.front() == '*';
}

Name without_first(const Name& name) {
  return {name.text.substr(character_length(name.text)), name.literal};
}

bool characters_overlap(const Name& a, const Name& b) {
  const std::string_view first = a.text.substr(0, character_length(a.text));
  const std::string_view second = b.text.substr(0, character_length(b.text));
  return (!a.literal && first == "?") || (!b.literal && second == "?") || first == second;
}

/// Whether two sequences, in which some elements stand for any number of others, can be the same one. Row by
/// row over what is left of the first: patterns are short, but what they stand for may be exponential.
template <class Size, class IsMany, class Overlap>
bool sequences_overlap(Size a_size, Size b_size, IsMany is_many, Overlap overlap) {
  std::vector<char> next(b_size + 1), row(b_size + 1);
  for (Size i = a_size + 1; i-- > 0;) {
    for (Size j = b_size + 1; j-- > 0;) {
      bool same = false;
      if (i == a_size && j == b_size) {
        same = true;
      } else {
        if (i < a_size && is_many(true, i)) same = next[j] || (j < b_size && row[j + 1]);
        if (!same && j < b_size && is_many(false, j)) same = row[j + 1] || (i < a_size && next[j]);
        if (!same && i < a_size && j < b_size && !is_many(true, i) && !is_many(false, j)) {
          same = next[j + 1] && overlap(i, j);
        }
      }
      row[j] = same ? 1 : 0;
    }
    std::swap(next, row);
  }
  return next[0] != 0;
}

std::vector<Name> characters(Name name) {
  std::vector<Name> all;
  for (; !name.text.empty(); name = without_first(name)) all.push_back(name);
  return all;
}

bool names_overlap(const Name& a, const Name& b) {
  if (a.literal && b.literal) return a.text == b.text;
  const std::vector<Name> left = characters(a);
  const std::vector<Name> right = characters(b);
  return sequences_overlap(
      left.size(), right.size(),
      [&](bool first, std::size_t i) { return is_star(first ? left[i] : right[i]); },
      [&](std::size_t i, std::size_t j) { return characters_overlap(left[i], right[j]); });
}

std::vector<Name> split(std::string_view path, bool literal) {
  std::vector<Name> names;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) names.push_back({path.substr(at, end - at), literal});
    at = end + 1;
  }
  return names;
}

bool paths_overlap(const std::vector<Name>& a, const std::vector<Name>& b) {
  return sequences_overlap(
      a.size(), b.size(), [&](bool first, std::size_t i) { return (first ? a[i] : b[i]).any_depth(); },
      [&](std::size_t i, std::size_t j) { return names_overlap(a[i], b[j]); });
}

}  // namespace

PathPattern::PathPattern(std::string text, bool literal)
    : text_(std::move(text)),
      literal_(literal),
      start_(literal ? text_.size() : std::min(text_.find_first_of("*?"), text_.size())) {
  // `/a/**` begins as /a does, which it stands for as well.
  if (!literal_ && start_ > 1 && text_[start_ - 1] == '/') --start_;
}

PathPattern PathPattern::literal(std::string path) {
  return {std::move(path), true};
}

PathPattern PathPattern::glob(std::string text) {
  const bool literal = text.find_first_of("*?") == std::string::npos;
  return {std::move(text), literal};
}

bool PathPattern::matches(std::string_view path) const {
  if (literal_) return text_ == path;
  if (!path.starts_with(common_start())) return false;
  return paths_overlap(split(text_, false), split(path, true));
}

bool PathPattern::overlaps(const PathPattern& other) const {
  if (literal_) return other.matches(text_);
  if (other.literal_) return matches(other.text_);
  const std::string_view mine = common_start();
  const std::string_view theirs = other.common_start();
  if (!mine.starts_with(theirs) && !theirs.starts_with(mine)) return false;
  return paths_overlap(split(text_, false), split(other.text_, false));
}

bool PathPattern::covers(const PathPattern& other) const {
  if (*this == other) return true;
  if (other.literal_) return matches(other.text_);
  // A directory's pattern covers whatever begins below the directory.
  if (literal_ || !text_.ends_with("/**") || start_ + 3 != text_.size()) return false;
  const std::string_view directory = common_start();
  return other.text_.starts_with(directory) && other.text_.size() > directory.size() &&
         other.text_[directory.size()] == '/' && other.start_ >= directory.size();
}

}  // namespace governor::core
