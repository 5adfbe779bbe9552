#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ctl/top/keys.hpp"
#include "ctl/top/view.hpp"
#include "ipc/error.hpp"

namespace governor::ctl::top {

/// Whether this program can draw on a terminal: it was built with ncurses.
bool has_screen();

/// The terminal as a whole, until it is destroyed.
class Screen {
 public:
  /// An error if the terminal is not one that can be drawn on.
  static ipc::Result<std::unique_ptr<Screen>> open(bool colour);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  virtual ~Screen() = default;

  /// Whether it shows characters of UTF-8.
  [[nodiscard]] virtual bool shows_utf8() const = 0;
  [[nodiscard]] virtual Size size() const = 0;
  virtual void draw(const std::vector<Line>& lines) = 0;
  /// What has been typed; none: nothing (more). That the size has changed is told as a key that does nothing.
  virtual std::optional<Key> next_key() = 0;

 protected:
  Screen() = default;
};

}  // namespace governor::ctl::top
