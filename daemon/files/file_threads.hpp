#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/files/file_services.hpp"

namespace governor::daemon {

/// One job as whoever asked for it sees it. Any thread.
class FileJob {
 public:
  using Clock = std::chrono::steady_clock;

  /// It shall not begin any more; false if it has.
  bool withdraw();
  [[nodiscard]] bool is_withdrawn() const;
  /// When it began; none: it still waits for a thread, or was withdrawn.
  [[nodiscard]] std::optional<Clock::time_point> began() const;

 private:
  friend class FileThreads;
  enum class Stage { waiting, running, withdrawn };
  bool begin();

  mutable std::mutex mutex_;
  Stage stage_ = Stage::waiting;
  Clock::time_point began_;
};

/// The threads that touch the user's files, so that a file system that hangs holds up neither the state nor
/// the store. They begin with the first job: without one they cost nothing.
///
/// A job that hangs keeps its thread, and another takes its place, so that work on other file systems goes
/// on. Jobs name a lane, such as the file system that they will touch: of one lane only so many run, also of
/// those that hang, and the rest of it waits.
class FileThreads {
 public:
  using Job = std::function<void(FileServices&)>;
  using Clock = FileJob::Clock;

  static constexpr std::size_t kAtOnce = 4;          ///< of one lane, not counting those that seem to hang
  static constexpr std::size_t kMostOfOneLane = 16;  ///< with those
  static constexpr std::size_t kMostThreads = 64;
  /// After this a job seems to hang.
  static constexpr std::chrono::milliseconds kSeemsToHang{2000};

  explicit FileThreads(std::unique_ptr<FileServices> services,
                       std::chrono::milliseconds seems_to_hang = kSeemsToHang);
  /// Waits for the jobs that run; those that have not begun never will. One that hangs is waited for a
  /// little; then the process ends without it, which is all that can be done about a thread inside the
  /// kernel.
  ~FileThreads();
  FileThreads(const FileThreads&) = delete;
  FileThreads& operator=(const FileThreads&) = delete;

  /// Any thread. Jobs may run at the same time, and each posts its own result back.
  std::shared_ptr<FileJob> post(Job job, std::string lane = {});
  /// To be called now and then: jobs that seem to hang since the last call make room for others.
  void look_after();
  /// Governor's own files. Any thread.
  [[nodiscard]] const OwnFiles& own() const { return services_->own(); }
  /// Whether there are files that have lost their names and may be written to still. Any thread.
  [[nodiscard]] bool has_displaced() const { return !services_->displaced().empty(); }
  /// Whether there are backups that are not on the disk for sure. Any thread.
  [[nodiscard]] bool has_unsettled() const { return services_->backups().has_unsettled(); }
  /// How many jobs wait or run.
  [[nodiscard]] std::size_t jobs() const;

 private:
  struct Waiting {
    std::shared_ptr<FileJob> handle;
    Job job;
    std::string lane;
  };
  struct Running {
    std::string lane;
    Clock::time_point since;
  };

  void run();
  void start_threads(Clock::time_point now);
  [[nodiscard]] std::deque<Waiting>::iterator next_runnable(Clock::time_point now);
  [[nodiscard]] bool has_room(const std::string& lane, Clock::time_point now) const;

  std::unique_ptr<FileServices> services_;
  const std::chrono::milliseconds seems_to_hang_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<Waiting> waiting_;
  std::list<Running> running_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace governor::daemon
