#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "daemon/watch/directory_watch.hpp"

namespace governor::daemon {

/// Looks at the directories now and then, on a thread of its own, and compares: for systems without anything
/// better. A change that keeps a file's number, size and time of modification goes unseen.
class ScanningWatch final : public DirectoryWatch {
 public:
  /// `interval` 0: only when asked to `scan`.
  ScanningWatch(Strand strand, Tell tell, std::chrono::milliseconds interval);
  ~ScanningWatch() override;

  std::optional<core::Error> add(const std::string& directory) override;
  void remove(const std::string& directory) override;
  void stop() override;
  /// What has changed since the last look.
  std::vector<WatchEvent> scan();

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

  void look_now_and_then(std::chrono::milliseconds interval);

  Strand strand_;
  std::shared_ptr<Tell> tell_;  ///< emptied, on the strand, when there are to be no more events
  std::mutex mutex_;            ///< over what follows: directories are added on file threads
  std::unordered_map<std::string, Entries> directories_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace governor::daemon
