#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace governor::gateway {

/// What the daemon's audit log is told of requests that were refused: the first of a kind at once, the others
/// as one number per span. A kind is a code and a place, of which there are few whatever is asked for: so who
/// knocks ten thousand times makes as few entries as who knocks twice.
class RefusalAudit {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kSpan{60};
  static constexpr std::size_t kMostKinds = 64;

  struct Refused {
    std::string_view code;
    unsigned status = 0;
    std::string_view method;
    std::string_view path;  ///< without a query, which may hold a token
  };

  struct Entry {
    std::string code;
    unsigned status = 0;
    std::string place;
    std::string request;  ///< the newest, as it can be shown
    std::uint64_t count = 0;
    std::chrono::seconds within{0};  ///< 0: it is the first of its kind
  };

  /// What is to be told at once; none if it is counted.
  std::optional<Entry> note(const Refused& refused, TimePoint now);
  /// What was counted in spans that are over.
  std::vector<Entry> due(TimePoint now);
  /// Likewise of those that are not over, for the end.
  std::vector<Entry> rest(TimePoint now);
  /// When to ask for `due` again; none while nothing is kept.
  [[nodiscard]] std::optional<TimePoint> next_due() const;

 private:
  struct Kind {
    TimePoint began;
    Entry entry;  ///< of what was counted since
  };
  std::map<std::pair<std::string, std::string>, Kind> kinds_;
};

/// Where a request was aimed at, in one of few words.
std::string_view place_of_path(std::string_view path);

}  // namespace governor::gateway
