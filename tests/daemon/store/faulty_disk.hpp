#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstddef>
#include <string>

namespace governor::daemon::test {

/// The disk as SQLite sees it, which can fail at any call: while this lives, every connection that is opened
/// goes through it. All of them must be closed before it goes. What SQLite asks of the system during a commit
/// (opening, reading, writing, syncing, truncating, asking for sizes, mapping and locking of shared memory)
/// is counted.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  /// At which moment of the call: before it does anything, in the midst of a write, or when all is done and
  /// only the report of it is an error.
  enum class Moment { before, halfway, after };
  enum class Lasting { once, until_healed };
  /// The call number `call` from now on (the first is 0) fails.
  void fail(std::size_t call, Moment moment, Lasting lasting);
  void heal();
  /// Whether a call has failed since `fail`, and what the first one was.
  [[nodiscard]] bool has_failed() const { return failures_ > 0; }
  [[nodiscard]] std::string failed_call() const { return failures_ > 0 ? first_failure_ : "no call"; }

  /// Databases can be opened for reading only, as when their file or file system is read-only.
  void set_read_only(bool read_only) { read_only_ = read_only; }

  // For the calls.
  enum class Verdict { go_on, fail_before, fail_halfway, fail_after };
  Verdict judge(const char* call);
  [[nodiscard]] bool is_read_only() const { return read_only_; }
  [[nodiscard]] sqlite3_vfs* real() const { return real_; }

 private:
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  std::atomic<bool> armed_{false};
  std::atomic<bool> read_only_{false};
  std::atomic<std::size_t> calls_{0};
  std::atomic<std::size_t> failures_{0};
  std::size_t call_to_fail_ = 0;
  Moment moment_ = Moment::before;
  Lasting lasting_ = Lasting::once;
  const char* first_failure_ = "";
};

}  // namespace governor::daemon::test
