#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace governor::core {

/// An absolute path, or a pattern of such: `*` stands for any characters of one name, `?` for one of them,
/// and a name `**` for any number of names, also none, so that `/a/**` is /a and all below it. All else is
/// literal, brackets too: files are called `[id].tsx`. Paths are text, see `text::path_text`: a name with an
/// asterisk of its own has an escape for it.
class PathPattern {
 public:
  /// One file or directory; whatever the path has in it is meant literally.
  static PathPattern literal(std::string path);
  /// `text` as described above.
  static PathPattern glob(std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_literal() const { return literal_; }

  [[nodiscard]] bool matches(std::string_view path) const;
  /// Whether there is, or could be, a path that both match.
  [[nodiscard]] bool overlaps(const PathPattern& other) const;
  /// Whether everything that `other` matches is surely matched. May say no where the answer is yes.
  [[nodiscard]] bool covers(const PathPattern& other) const;

  bool operator==(const PathPattern&) const = default;

 private:
  PathPattern(std::string text, bool literal);
  [[nodiscard]] std::string_view common_start() const { return std::string_view(text_).substr(0, start_); }

  std::string text_;
  bool literal_ = true;
  std::size_t start_ = 0;  ///< bytes before the first wildcard
};

}  // namespace governor::core
