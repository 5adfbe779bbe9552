#include "daemon/mcp/ask_state.hpp"

#include <fmt/format.h>

#include <charconv>

#include "daemon/support/sha256.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kHashBlock = 64;

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

/// RFC 2104.
std::string hmac_hex(std::string_view key, std::string_view text) {
  std::string block = key.size() > kHashBlock ? bytes_of_hex(sha256_hex(key)) : std::string(key);
  block.resize(kHashBlock, '\0');
  std::string inner = block;
  std::string outer = block;
  for (std::size_t i = 0; i < kHashBlock; ++i) {
    inner[i] = static_cast<char>(static_cast<unsigned char>(inner[i]) ^ 0x36U);
    outer[i] = static_cast<char>(static_cast<unsigned char>(outer[i]) ^ 0x5cU);
  }
  inner += text;
  outer += bytes_of_hex(sha256_hex(inner));
  return sha256_hex(outer);
}

/// Takes as long wherever they differ.
bool is_same_mac(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  return difference == 0;
}

std::string mac_of(std::string_view key, std::string_view head, std::string_view binding) {
  return hmac_hex(key, fmt::format("{}\n{}", head, binding));
}

bool read_positive(std::string_view text, std::int64_t& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && number > 0;
}

}  // namespace

std::string sign_ask_state(std::string_view key, const AskState& state, std::string_view binding) {
  const std::string head = fmt::format("1.{}.{}", state.approval, state.until_us);
  return fmt::format("{}.{}", head, mac_of(key, head, binding));
}

std::optional<AskState> read_ask_state(std::string_view key, std::string_view text,
                                       std::string_view binding) {
  const std::size_t last = text.rfind('.');
  if (key.empty() || last == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, last);
  if (!is_same_mac(text.substr(last + 1), mac_of(key, head, binding))) return std::nullopt;
  const std::size_t middle = head.rfind('.');
  AskState state;
  const bool is_read = head.starts_with("1.") && middle > 2 &&
                       read_positive(head.substr(2, middle - 2), state.approval) &&
                       read_positive(head.substr(middle + 1), state.until_us);
  return is_read ? std::optional(state) : std::nullopt;
}

}  // namespace governor::daemon
