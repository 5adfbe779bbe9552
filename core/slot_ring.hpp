#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/keys.hpp"

namespace governor::core {

/// Hands out slots for answers, numbered from 1, and takes them back. The next slot handed out is the next
/// free one in a ring of at least twice as many slots as are in use: so those in use at the same time, by
/// however many sessions, lie side by side, and a commit touches few pages of the table that holds them.
class SlotRing {
 public:
  /// `highest` is the highest slot that was ever handed out, 0 for none.
  explicit SlotRing(SlotKey highest) : used_(static_cast<std::size_t>(highest) + 1, false) {}

  /// For slots that are in use from before.
  void mark_used(SlotKey slot) {
    used_[static_cast<std::size_t>(slot)] = true;
    ++in_use_;
  }

  SlotKey take() {
    constexpr std::size_t kSmallest = 64;
    const std::size_t size = used_.size() - 1;
    ++in_use_;
    if (size < std::max(kSmallest, 2 * in_use_)) {
      used_.push_back(true);
      return static_cast<SlotKey>(size + 1);
    }
    do {
      cursor_ = cursor_ % size + 1;
    } while (used_[cursor_]);
    used_[cursor_] = true;
    return static_cast<SlotKey>(cursor_);
  }

  void release(SlotKey slot) {
    used_[static_cast<std::size_t>(slot)] = false;
    --in_use_;
  }

 private:
  std::vector<bool> used_;  ///< by slot; the first one does not exist
  std::size_t in_use_ = 0;
  std::size_t cursor_ = 0;
};

}  // namespace governor::core
