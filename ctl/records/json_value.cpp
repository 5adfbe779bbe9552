#include "ctl/records/json_value.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "ctl/printable.hpp"
#include "ctl/records/json_scan.hpp"
#include "ipc/json_text.hpp"
#include "text/cut_text.hpp"

namespace governor::ctl::records {

std::optional<double> number_in(std::string_view piece) {
  const std::size_t first = !piece.empty() && piece.front() == '-' ? 1 : 0;
  // from_chars also takes inf, nan and a leading point, which no JSON number has.
  if (piece.size() <= first || piece[first] < '0' || piece[first] > '9') return std::nullopt;
  double value = 0;
  const auto [end, failure] = std::from_chars(piece.data(), piece.data() + piece.size(), value);
  if (failure != std::errc() || end != piece.data() + piece.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> count_in(std::string_view piece) {
  constexpr double kHighest = 9007199254740992.0;  // beyond it a double has no units
  const auto value = number_in(piece);
  if (!value || *value < 0 || *value > kHighest || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<bool> flag_in(std::string_view piece) {
  if (piece == "true") return true;
  if (piece == "false") return false;
  return std::nullopt;
}

std::optional<std::string> text_in(std::string_view piece) {
  if (piece.empty() || piece.front() != '"') return std::nullopt;
  boost::json::error_code failure;
  boost::json::value value = boost::json::parse(piece, failure);
  // JavaScript writes half a character for a text that was cut inside it.
  if (const auto repaired = failure ? ipc::without_lone_surrogates(piece) : std::nullopt)
    value = boost::json::parse(*repaired, failure);
  if (failure || !value.is_string()) return std::nullopt;
  return std::string(value.get_string());
}

bool says_nothing(std::string_view piece) {
  if (piece == "null" || piece == "false" || piece == "\"\"") return true;
  if (piece.size() < 2 || (piece.front() != '[' && piece.front() != '{')) return false;
  return skip_space(piece, 1) == piece.size() - 1;
}

std::string shown(std::string_view piece) {
  constexpr std::size_t kLongest = 60;
  if (!piece.empty() && piece.front() == '[') return "a list";
  if (!piece.empty() && piece.front() == '{') return "an object";
  if (piece.size() <= kLongest) return printable(piece);
  return printable(text::cut_text(piece, kLongest)) + "...";
}

}  // namespace governor::ctl::records
