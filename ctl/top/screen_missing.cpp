// Where ncurses was not found when this was built.
#include "ctl/top/screen.hpp"

namespace governor::ctl::top {

bool has_screen() {
  return false;
}

ipc::Result<std::unique_ptr<Screen>> Screen::open(bool) {
  return ipc::Error{ipc::Errc::not_found, 0, "this governorctl was built without ncurses"};
}

}  // namespace governor::ctl::top
