#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/watch/directory_watch.hpp"

namespace governor::daemon {

/// Compares directories with what they were at the last look: for systems without anything better, and for
/// what they do not watch. A change that keeps a file's number, size and time of modification goes unseen.
class ScanningWatch final : public DirectoryWatch {
 public:
  std::optional<core::Error> add(const std::string& directory) override;
  void remove(const std::string& directory) override;
  void stop() override {}
  [[nodiscard]] bool needs_looks() const override;
  std::vector<WatchEvent> look() override;

 private:
  struct Entry {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    bool directory = false;
    bool operator==(const Entry&) const = default;
  };
  using Entries = std::unordered_map<std::string, Entry>;  ///< by name

  static std::optional<Entries> read(const std::string& directory);
  static void compare(const std::string& directory, const Entries& before, const Entries& now,
                      std::vector<WatchEvent>& events);

  mutable std::mutex mutex_;  ///< never held while the disk is asked
  std::unordered_map<std::string, Entries> directories_;
};

}  // namespace governor::daemon
