#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "core/error.hpp"

namespace governor::daemon {

/// Knows which files an open database consists of. Whoever moves, removes or replaces them takes the database
/// away without SQLite noticing: it goes on writing into files that no start will find again.
class OpenFiles {
 public:
  /// To be made when the database was opened and read from, so that its write-ahead log is open too.
  explicit OpenFiles(std::string database);

  enum class Loss { none, database, log_missing, log_replaced };
  /// What the paths lead to now, compared with what is open.
  [[nodiscard]] Loss find_loss() const;
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
  static std::optional<Identity> identify(const std::string& path);

  std::string path_;
  std::optional<Identity> database_;
  std::optional<Identity> log_;  ///< none: it is written without one
};

}  // namespace governor::daemon
