#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/rules/browser_sessions.hpp"

namespace governor::gateway {

/// The browsers that were let in, in a file (0600) that the next gateway reads: so open pages go on after a
/// restart, a crash or a kill without logging in again.
class KeptBrowsers {
 public:
  explicit KeptBrowsers(std::string file);

  std::string open();
  const BrowserSessions::Session* find(std::string_view cookie);
  /// Ends the session of this cookie, in the file too. False: there was none.
  bool close(std::string_view cookie);
  /// Ends all, in the file too; gives how many there were.
  std::size_t close_all();
  /// Also a use that is newer than what is kept by less than would be worth it.
  void save();

 private:
  std::string file_;
  BrowserSessions sessions_;
  bool is_told_ = false;  ///< that the file cannot be written
};

}  // namespace governor::gateway
