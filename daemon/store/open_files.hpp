#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/error.hpp"

namespace governor::daemon {

/// Knows which files an open database consists of, and how they looked when governor had written them last.
/// Whoever moves, removes or replaces them takes the database away without SQLite noticing: it goes on
/// writing into files that no start will find again. Whoever cuts them off or writes into them damages what
/// is there.
///
/// Who asks Linux when a file was modified makes the next write into it store a new time, and the sync after
/// that wait for the disk once more (multigrain timestamps, from 6.13 on). So the time of the log is asked
/// for now and then, its size and what file it is at every look.
class OpenFiles {
 public:
  /// To be made when the database was opened and read from, so that its write-ahead log is open too.
  explicit OpenFiles(std::string database);

  enum class Loss {
    none,
    touched,  ///< others have written into them: whether the database is sound must be looked at
    database,
    log_missing,
    log_replaced,
    overwritten
  };
  /// What the paths lead to now, compared with what is open.
  [[nodiscard]] Loss find_loss() const;

  /// After a successful transaction, which may have brought the log into the database.
  void note_commit(bool with_checkpoint);
  /// To be called now and then, also when nothing is written: makes sure that writing by others will be
  /// noticed.
  void note_times();
  /// After any other writing: how the files look does not matter until the next transaction.
  void note_writing() { is_known_ = false; }
  /// Less is in the database than was written.
  [[nodiscard]] bool is_cut_off() const;
  /// The touched database was looked at. Damage stays until the files are opened anew.
  void note_sound();
  void note_overwritten() { overwritten_ = true; }
  /// The loss for people.
  [[nodiscard]] core::Error describe(Loss loss) const;

  [[nodiscard]] bool is_same_database(const OpenFiles& other) const { return database_ == other.database_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string log_path() const { return path_ + "-wal"; }

 private:
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const Identity&) const = default;
  };
  enum class Times { asked, not_asked };
  /// How a file looked; its time has the steps of the system's clock, some milliseconds.
  struct Look {
    Identity identity;
    off_t bytes = 0;
    std::int64_t modified_ns = 0;  ///< 0: not asked for
    bool operator==(const Look&) const = default;
  };
  static std::optional<Look> look(const std::string& path, Times times);
  static std::optional<Identity> identify(const std::string& path);
  void look_at_log(Times times);

  std::string path_;
  std::optional<Identity> database_;
  std::optional<Identity> log_;  ///< none: it is written without one
  std::optional<Look> database_look_;
  std::optional<Look> log_look_;
  Times log_times_ = Times::not_asked;  ///< of `log_look_`
  std::chrono::steady_clock::time_point log_times_asked_{};
  bool is_known_ = false;  ///< how they look now
  bool overwritten_ = false;
};

}  // namespace governor::daemon
