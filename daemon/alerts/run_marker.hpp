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
  /// Whether what that run had confirmed is there, as far as that was looked at.
  enum class Confirmed { not_checked, all_there, some_lost };
  Confirmed confirmed = Confirmed::not_checked;
  std::string stuck;                ///< in what it hung when it ended itself; empty: it did not
  std::int64_t stuck_in_a_row = 0;  ///< how many runs that soon ended so, this one included

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

  /// Marks this run as begun; to be done before anybody can connect, so that no kill goes untold. A disk that
  /// is full must not keep the daemon from starting: failures are logged.
  RunMarker(const std::string& state_directory, std::int64_t pid, std::int64_t now_us,
            const std::string& boot_id);
  RunMarker(const RunMarker&) = delete;
  RunMarker& operator=(const RunMarker&) = delete;
  /// Removes the marker if the run ended in order.
  ~RunMarker();

  void ended_in_order() { in_order_ = true; }
  /// The run is about to end itself because it hangs. Any thread.
  void note_stuck(const std::string& why, std::int64_t in_a_row) const;
  /// The run did not come about: the marker is again what it was before, so that a crash which nobody has
  /// been told of yet is told by the next start.
  void withdraw();

 private:
  void write(const std::string& stuck, std::int64_t in_a_row) const;

  std::string path_;
  std::int64_t pid_;
  std::int64_t started_us_;
  std::string boot_id_;
  std::string before_;  ///< what the marker said; empty: there was none
  bool in_order_ = false;
};

}  // namespace governor::daemon
