#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace governor::daemon {

/// A run of the daemon that did not end in order.
struct UncleanRun {
  std::int64_t pid = 0;
  std::int64_t started_us = 0;
  std::int64_t last_log_us = 0;  ///< when its log was written last; 0: not known
  bool machine_restarted = false;

  /// For people.
  [[nodiscard]] std::string describe() const;
};

/// A file that exists while a daemon runs, and is removed when it ends in order: whoever finds it knows that
/// the run before did not. Needs the lock on the state directory.
class RunMarker {
 public:
  /// What the run before left; none if it ended in order, or there was none. To be called before the log is
  /// opened. A marker that cannot be understood counts as one of which nothing is known.
  static std::optional<UncleanRun> find_unclean_run(const std::string& state_directory,
                                                    const std::string& log_file, const std::string& boot_id);

  /// Marks this run as begun. A disk that is full must not keep the daemon from starting: failures are
  /// logged.
  RunMarker(const std::string& state_directory, std::int64_t pid, std::int64_t now_us,
            const std::string& boot_id);
  RunMarker(const RunMarker&) = delete;
  RunMarker& operator=(const RunMarker&) = delete;
  /// Removes the marker if the run ended in order.
  ~RunMarker();

  void ended_in_order() { in_order_ = true; }

 private:
  std::string path_;
  bool in_order_ = false;
};

}  // namespace governor::daemon
