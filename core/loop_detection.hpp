#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace governor::core {

// A loop is the same thing done again without progress; speed alone is none. Figures: the model document,
// "Around the update".

/// Stored: never renumber, only append.
enum class LoopKind : std::uint8_t {
  none = 0,
  repeated_update = 1,
  repeated_reject = 2,
  repeated_rewrite = 3  ///< of a file, see RewriteWatch
};

std::string_view to_string(LoopKind kind);

/// What an agent should do about it; `block` also refuses its mutations for a growing while.
enum class LoopPolicy : std::uint8_t { advise, block };

/// A hash of text and parameters, the same on every machine; never 0, except for an update that has neither:
/// then there is nothing that could repeat itself. Not for adversaries.
std::uint64_t fingerprint(std::string_view text, std::span<const double> parameters);

/// The recent updates of one agent, as far as loops need them.
class LoopWatch {
 public:
  static constexpr std::size_t kCapacity = 64;
  static constexpr std::int64_t kWindowUs = 600'000'000;       ///< 10 minutes
  static constexpr std::size_t kAllowedRepeats = 3;            ///< more than that are a loop
  static constexpr std::size_t kRejects = 3;                   ///< in a row
  static constexpr std::int64_t kRejectWindowUs = 10'000'000;  ///< 10 s

  struct Seen {
    std::int64_t time_us = 0;
    std::uint64_t fingerprint = 0;
    bool rejected = false;
  };

  void note(const Seen& seen);
  /// The loop that the newest update belongs to.
  [[nodiscard]] LoopKind judge() const;
  void clear() { size_ = 0; }

 private:
  [[nodiscard]] const Seen& newest(std::size_t back) const {
    return seen_[(next_ + kCapacity - 1 - back) % kCapacity];
  }

  std::array<Seen, kCapacity> seen_{};
  std::size_t next_ = 0;
  std::size_t size_ = 0;
};

/// A loop that was found and is not over. Durable with the agent.
struct LoopState {
  LoopKind kind = LoopKind::none;
  std::int64_t since_us = 0;
  std::uint64_t fingerprint = 0;       ///< of the update that repeats itself, or of the file's path
  std::int64_t cooldown_us = 0;        ///< the last one; doubles with each return
  std::int64_t cooldown_until_us = 0;  ///< mutations are refused before; 0: none are

  static constexpr std::int64_t kFirstCooldownUs = 5'000'000;
  static constexpr std::int64_t kLongestCooldownUs = 300'000'000;
};

/// Takes the newest update, already noted in `watch`, into account. Returns whether `loop` changed. A loop of
/// rewrites is not over with an update: reporting is no different action.
bool follow_loop(LoopState& loop, const LoopWatch& watch, const LoopWatch::Seen& newest, LoopPolicy policy);

/// Takes a write of the file with this fingerprint into account; `circle`: it is part of a loop. Returns
/// whether `loop` changed.
bool follow_rewrite(LoopState& loop, bool circle, std::uint64_t file, std::int64_t now_us, LoopPolicy policy);

}  // namespace governor::core
