#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/files/file_services.hpp"

namespace governor::daemon {

/// The threads that touch the user's files, so that a file system that hangs holds up neither the state nor
/// the store. They begin with the first job: without one they cost nothing.
class FileThreads {
 public:
  using Job = std::function<void(FileServices&)>;

  explicit FileThreads(std::unique_ptr<FileServices> services);
  /// Waits for the jobs that run; those that have not begun never will. One that hangs is waited for a
  /// little; then the process ends without it, which is all that can be done about a thread inside the
  /// kernel.
  ~FileThreads();
  FileThreads(const FileThreads&) = delete;
  FileThreads& operator=(const FileThreads&) = delete;

  /// Any thread. Jobs may run at the same time, and each posts its own result back.
  void post(Job job);
  /// Governor's own files. Any thread.
  [[nodiscard]] const OwnFiles& own() const { return services_->own(); }
  /// Whether there are files that have lost their names and may be written to still. Any thread.
  [[nodiscard]] bool has_displaced() const { return !services_->displaced().empty(); }
  /// How many jobs wait or run.
  [[nodiscard]] std::size_t jobs() const;

 private:
  void run();

  std::unique_ptr<FileServices> services_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<Job> waiting_;
  std::vector<std::thread> threads_;
  std::size_t running_ = 0;
  bool closing_ = false;
};

}  // namespace governor::daemon
