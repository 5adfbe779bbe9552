#include "core/ground_truth.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <charconv>

#include "core/agent_id.hpp"

namespace governor::core {

std::string_view to_string(TruthSource source) {
  switch (source) {
    case TruthSource::person: return "person";
    case TruthSource::test: return "test";
    case TruthSource::exit_code: return "exit_code";
  }
  return "person";
}

std::string prediction_id(std::string_view agent_id, std::uint64_t number) {
  return fmt::format(FMT_COMPILE("{}/{}"), agent_id, number);
}

std::optional<PredictionName> parse_prediction_id(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  PredictionName name{std::string(text.substr(0, slash)), 0};
  if (validate_agent_id("prediction_id", name.agent_id)) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 1 || digits.front() == '0')
    return std::nullopt;
  name.number = static_cast<std::uint64_t>(number);
  return name;
}

}  // namespace governor::core
