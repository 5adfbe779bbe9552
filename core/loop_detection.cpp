#include "core/loop_detection.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace governor::core {
namespace {

/// Multiply and fold: each step spreads 64 bits of input over the whole state.
class Mixer {
 public:
  void add(std::uint64_t value) {
    state_ = (state_ ^ value) * 0x9E3779B97F4A7C15ull;
    state_ ^= state_ >> 32;
  }
  [[nodiscard]] std::uint64_t value() const { return state_ == 0 ? 1 : state_; }

 private:
  std::uint64_t state_ = 0x243F6A8885A308D3ull;
};

std::uint64_t load_little_endian(const char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, bytes, count);
  } else {
    for (std::size_t i = 0; i < count; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

void cool_down(LoopState& loop, std::int64_t now_us) {
  loop.cooldown_us = loop.cooldown_us == 0 ? LoopState::kFirstCooldownUs
                                           : std::min(2 * loop.cooldown_us, LoopState::kLongestCooldownUs);
  loop.cooldown_until_us = now_us + loop.cooldown_us;
}

}  // namespace

std::string_view to_string(LoopKind kind) {
  switch (kind) {
    case LoopKind::none: return "none";
    case LoopKind::repeated_update: return "repeated_update";
    case LoopKind::repeated_reject: return "repeated_reject";
    case LoopKind::repeated_rewrite: return "repeated_rewrite";
  }
  return "none";
}

std::uint64_t fingerprint(std::string_view text, std::span<const double> parameters) {
  if (text.empty() && parameters.empty()) return 0;
  Mixer mixer;
  mixer.add(text.size());
  for (std::size_t i = 0; i < text.size(); i += 8)
    mixer.add(load_little_endian(text.data() + i, std::min<std::size_t>(8, text.size() - i)));
  for (const double parameter : parameters) mixer.add(std::bit_cast<std::uint64_t>(parameter));
  return mixer.value();
}

void LoopWatch::note(const Seen& seen) {
  seen_[next_] = seen;
  next_ = (next_ + 1) % kCapacity;
  size_ = std::min(size_ + 1, kCapacity);
}

LoopKind LoopWatch::judge() const {
  if (size_ == 0) return LoopKind::none;
  const Seen& last = newest(0);
  if (last.fingerprint != 0) {
    std::size_t repeats = 0;
    for (std::size_t back = 0; back < size_; ++back) {
      const Seen& seen = newest(back);
      if (seen.time_us > last.time_us - kWindowUs && seen.fingerprint == last.fingerprint) ++repeats;
    }
    if (repeats > kAllowedRepeats) return LoopKind::repeated_update;
  }
  if (size_ < kRejects) return LoopKind::none;
  for (std::size_t back = 0; back < kRejects; ++back) {
    if (!newest(back).rejected) return LoopKind::none;
  }
  return last.time_us - newest(kRejects - 1).time_us <= kRejectWindowUs ? LoopKind::repeated_reject
                                                                        : LoopKind::none;
}

bool follow_loop(LoopState& loop, const LoopWatch& watch, const LoopWatch::Seen& newest, LoopPolicy policy) {
  const LoopKind found = watch.judge();
  const bool goes_on = loop.kind == LoopKind::repeated_update   ? newest.fingerprint == loop.fingerprint
                       : loop.kind == LoopKind::repeated_reject ? newest.rejected
                                                                : false;
  if (found == LoopKind::none && !goes_on) {
    if (loop.kind == LoopKind::none || loop.kind == LoopKind::repeated_rewrite) return false;
    loop = LoopState{};
    return true;
  }
  bool changed = false;
  if (!goes_on) {
    loop = LoopState{found, newest.time_us, newest.fingerprint, 0, 0};
    changed = true;
  }
  if (policy == LoopPolicy::block) {
    cool_down(loop, newest.time_us);
    changed = true;
  }
  return changed;
}

bool follow_rewrite(LoopState& loop, bool circle, std::uint64_t file, std::int64_t now_us,
                    LoopPolicy policy) {
  if (!circle) {
    if (loop.kind != LoopKind::repeated_rewrite) return false;
    loop = LoopState{};
    return true;
  }
  bool changed = false;
  if (loop.kind != LoopKind::repeated_rewrite || loop.fingerprint != file) {
    loop = LoopState{LoopKind::repeated_rewrite, now_us, file, 0, 0};
    changed = true;
  }
  if (policy == LoopPolicy::block) {
    cool_down(loop, now_us);
    changed = true;
  }
  return changed;
}

}  // namespace governor::core
