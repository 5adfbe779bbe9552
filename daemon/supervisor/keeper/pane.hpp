#pragma once

#include <string>
#include <string_view>

namespace governor::daemon {

/// The keeper's own standard streams: the pane of tmux in which people look at the program and type to it. It
/// may go away, or stand still: what it does not take is dropped.
class Pane {
 public:
  Pane();

  [[nodiscard]] bool is_there() const { return writes_; }
  void show(std::string_view bytes);
  /// For poll(); -1: gone, or nothing to be done with it.
  [[nodiscard]] int readable_fd() const { return reads_ ? 0 : -1; }
  [[nodiscard]] int writable_fd() const { return writes_ && !pending_.empty() ? 1 : -1; }
  void flush();
  /// What was typed; empty: nothing, or it is gone.
  std::string take_typed();
  /// Gives the other terminal the size of this one.
  void copy_size(int terminal) const;

 private:
  bool reads_ = false;
  bool writes_ = false;
  std::string pending_;
};

}  // namespace governor::daemon
