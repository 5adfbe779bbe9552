#include "core/agent_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/cut_text.hpp"

namespace governor::core {
namespace {

constexpr std::array<std::string_view, 5> kGenericIds{"test", "demo", "default_agent", "claude_chat",
                                                      "claude_code_cli"};

constexpr bool is_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

std::string cleaned(std::string_view text, std::size_t longest, std::string_view fallback) {
  std::string result(text.substr(0, longest));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return !is_id_character(c); }, '-');
  return result.empty() ? std::string(fallback) : result;
}

}  // namespace

std::optional<Error> validate_agent_id(std::string_view field, std::string_view id) {
  const bool is_valid =
      !id.empty() && id.size() <= kMaxAgentIdLength && std::all_of(id.begin(), id.end(), is_id_character);
  const bool is_directory = id == "." || id == "..";
  if (is_valid && !is_directory) return std::nullopt;
  constexpr std::size_t kShown = 64;
  std::string given = id.size() > kShown
                          ? fmt::format("\"{}...\" ({} characters)", text::cut_text(id, kShown), id.size())
                          : fmt::format("\"{}\"", id);
  return invalid_argument(std::string(field), std::move(given),
                          is_directory ? "an id other than \".\" and \"..\", which name directories"
                                       : "1 to 128 characters of A-Z a-z 0-9 . _ -");
}

bool is_generic_agent_id(std::string_view id) {
  return std::find(kGenericIds.begin(), kGenericIds.end(), id) != kGenericIds.end();
}

std::string compose_agent_id(std::string_view client, std::string_view user, std::string_view date,
                             std::string_view random_part) {
  return fmt::format("{}_{}_{}_{}", cleaned(client, 40, "client"), cleaned(user, 32, "user"), date,
                     random_part);
}

}  // namespace governor::core
