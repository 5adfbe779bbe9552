#include "core/evidence.hpp"

#include <array>
#include <charconv>
#include <system_error>

namespace governor::core {
namespace {

template <std::size_t count, class Enumeration>
std::string_view name_in(const std::array<std::string_view, count>& names, Enumeration value) {
  const auto index = static_cast<std::size_t>(value);
  return index < count ? names[index] : "unknown";
}

constexpr std::array<std::string_view, 4> kProvenances{"measured", "derived", "reported", "prior"};
constexpr std::array<std::string_view, 7> kToolClasses{"read",    "edit", "run", "test", "version_control",
                                                       "network", "other"};
constexpr std::array<std::string_view, 3> kSeverities{"low", "medium", "high"};
constexpr std::array<std::string_view, 2> kRevertedHow{"command", "content"};
constexpr std::array<std::string_view, 2> kRepeatedWhat{"command", "edit"};
constexpr std::array<std::string_view, 6> kRefusedBy{"lease",  "protection", "shrink_guard",
                                                     "person", "loop",       "gate"};
constexpr std::array<std::string_view, std::variant_size_v<EvidenceItem>> kKinds{
    "tool_used",    "file_changed", "tests_run",  "reverted",   "repeated", "refused",
    "risky_action", "turn_began",   "turn_ended", "prose_said", "judged",   "stated"};

}  // namespace

std::string_view to_string(Provenance provenance) {
  return name_in(kProvenances, provenance);
}

std::string_view to_string(ToolClass tool_class) {
  return name_in(kToolClasses, tool_class);
}

std::string_view to_string(Severity severity) {
  return name_in(kSeverities, severity);
}

std::string_view to_string(Reverted::How how) {
  return name_in(kRevertedHow, how);
}

std::string_view to_string(Repeated::What what) {
  return name_in(kRepeatedWhat, what);
}

std::string_view to_string(Refused::By by) {
  return name_in(kRefusedBy, by);
}

std::uint64_t content_fingerprint(std::string_view sha256) {
  constexpr std::size_t kDigits = 16;
  std::uint64_t number = 0;
  const std::string_view digits = sha256.substr(0, kDigits);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  const bool is_hash = error == std::errc() && digits.size() == kDigits && end == digits.data() + kDigits;
  if (!is_hash) return 0;
  return number == 0 ? 1 : number;
}

std::string_view kind_of(const EvidenceItem& item) {
  return kKinds[item.index()];
}

}  // namespace governor::core
