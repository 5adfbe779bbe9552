#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace governor::daemon {

/// Looks a second time when the first look fails: what fails once is no damage, and what is taken for damage
/// is set aside. SQLite calls a page that the disk did not give (EIO) damaged as well.
template <class Look>
auto with_second_try(Look look) -> decltype(look()) {
  try {
    return look();
  } catch (const SQLite::Exception&) {
    return look();
  }
}

}  // namespace governor::daemon
