#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace governor::gateway {

/// What a client said before its body, free of any HTTP library, so that rules can be tried with a few words.
struct RequestHead {
  std::string method;
  std::string target;  ///< as sent
  std::vector<std::pair<std::string, std::string>> fields{};

  /// The first field of that name; names know no case.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  [[nodiscard]] std::string_view path() const;
  /// Behind the question mark.
  [[nodiscard]] std::string_view query() const;
};

/// Whether two ASCII texts differ in case alone.
bool same_word(std::string_view left, std::string_view right) noexcept;

/// The bytes of `a%20b`; none where an escape is none. A plus sign is a plus sign.
std::optional<std::string> percent_decoded(std::string_view text);

/// The decoded values of a name in `a=1&b=2`, in their order; those that cannot be decoded are left out.
std::vector<std::string> query_values(std::string_view query, std::string_view name);

/// The value of a cookie in a Cookie field. Of several with the name, the first.
std::optional<std::string_view> cookie_value(std::string_view cookies, std::string_view name);

/// The token of `Bearer TOKEN`.
std::optional<std::string_view> bearer_token(std::string_view authorization);

/// Whether an Accept field takes the media type, `*/*` and `type/*` included. Weights are not looked at.
bool accepts(std::string_view accept, std::string_view media_type);

/// Whether a Content-Type field names the media type, whatever parameters follow.
bool is_media_type(std::string_view content_type, std::string_view media_type);

}  // namespace governor::gateway
