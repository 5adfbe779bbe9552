#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/watch/directory_watch.hpp"
#include "daemon/watch/scanning_watch.hpp"

namespace governor::daemon {

/// Watches directories in the system's way as long as it has room for them, and looks at the others. To add
/// such a directory once more tries the better way again.
class TwoWayWatch final : public DirectoryWatch {
 public:
  using MakeEvents = std::function<std::shared_ptr<DirectoryWatch>()>;
  /// `make` gives null as long as the system has nothing to watch with.
  explicit TwoWayWatch(MakeEvents make);

  std::optional<core::Error> add(const std::string& directory) override;
  void remove(const std::string& directory) override;
  void stop() override;
  [[nodiscard]] bool needs_looks() const override { return looks_.needs_looks(); }
  std::vector<WatchEvent> look() override { return looks_.look(); }

 private:
  std::shared_ptr<DirectoryWatch> events();

  ScanningWatch looks_;
  std::mutex mutex_;  ///< over what follows; never held while the disk is asked
  MakeEvents make_;   ///< empty when there are to be no more events
  std::shared_ptr<DirectoryWatch> events_;
};

}  // namespace governor::daemon
