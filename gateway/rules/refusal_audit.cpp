#include "gateway/rules/refusal_audit.hpp"

#include <algorithm>
#include <array>

#include "text/shown_text.hpp"

namespace governor::gateway {
namespace {

constexpr std::size_t kMostShown = 100;
constexpr std::array<std::string_view, 8> kPlaces{"/",       "/login",   "/api/session", "/api",
                                                  "/events", "/metrics", "/health",      "/mcp"};
/// Stands for those that are too many.
const std::pair<std::string, std::string> kSeveral{"several", "several places"};

std::string request_text(const RefusalAudit::Refused& refused) {
  if (refused.method.empty() && refused.path.empty()) return "a connection";
  return text::shown_text(refused.method.substr(0, kMostShown)) + ' ' +
         text::shown_text(refused.path.substr(0, kMostShown));
}

std::chrono::seconds whole_seconds(std::chrono::steady_clock::duration time) {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(time));
}

}  // namespace

std::string_view place_of_path(std::string_view path) {
  if (path.empty()) return "the beginning";
  if (path.starts_with("/assets/")) return "/assets";
  const auto* known = std::find(kPlaces.begin(), kPlaces.end(), path);
  return known == kPlaces.end() ? "other paths" : *known;
}

std::optional<RefusalAudit::Entry> RefusalAudit::note(const Refused& refused, TimePoint now) {
  std::pair<std::string, std::string> kind{refused.code, place_of_path(refused.path)};
  if (kinds_.size() >= kMostKinds && !kinds_.contains(kind)) kind = kSeveral;
  const auto [known, is_first] = kinds_.try_emplace(kind, Kind{now, {}});
  Entry& entry = known->second.entry;
  entry.code = kind.first;
  entry.place = kind.second;
  entry.status = refused.status;
  entry.request = request_text(refused);
  if (!is_first) {
    ++entry.count;
    return std::nullopt;
  }
  Entry first = entry;
  first.count = 1;
  return first;
}

std::vector<RefusalAudit::Entry> RefusalAudit::due(TimePoint now) {
  std::vector<Entry> entries;
  for (auto kind = kinds_.begin(); kind != kinds_.end();) {
    auto& [began, entry] = kind->second;
    if (now - began < kSpan) {
      ++kind;
    } else if (entry.count == 0) {
      kind = kinds_.erase(kind);  // quiet for a whole span: the next one is news again
    } else {
      entry.within = whole_seconds(now - began);
      entries.push_back(entry);
      began = now;
      entry.count = 0;
      ++kind;
    }
  }
  return entries;
}

std::vector<RefusalAudit::Entry> RefusalAudit::rest(TimePoint now) {
  std::vector<Entry> entries;
  for (auto& [name, kind] : kinds_) {
    if (kind.entry.count == 0) continue;
    kind.entry.within = whole_seconds(now - kind.began);
    entries.push_back(kind.entry);
  }
  kinds_.clear();
  return entries;
}

std::optional<RefusalAudit::TimePoint> RefusalAudit::next_due() const {
  std::optional<TimePoint> next;
  for (const auto& [name, kind] : kinds_)
    if (!next || kind.began + kSpan < *next) next = kind.began + kSpan;
  return next;
}

}  // namespace governor::gateway
