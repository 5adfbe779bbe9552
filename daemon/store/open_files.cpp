#include "daemon/store/open_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

namespace governor::daemon {

OpenFiles::OpenFiles(std::string database)
    : path_(std::move(database)), database_(identify(path_)), log_(identify(log_path())) {}

/// Without opening anything: closing a descriptor of the database would drop SQLite's locks on it.
std::optional<OpenFiles::Look> OpenFiles::look(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || info.st_nlink == 0) return std::nullopt;
#if defined(__APPLE__)
  const timespec& modified = info.st_mtimespec;
#else
  const timespec& modified = info.st_mtim;
#endif
  return Look{{info.st_dev, info.st_ino},
              info.st_size,
              std::int64_t{modified.tv_sec} * 1'000'000'000 + modified.tv_nsec};
}

std::optional<OpenFiles::Identity> OpenFiles::identify(const std::string& path) {
  const auto seen = look(path);
  return seen ? std::optional(seen->identity) : std::nullopt;
}

void OpenFiles::note_commit(bool with_checkpoint) {
  // Only a checkpoint writes into the database itself.
  if (with_checkpoint || !is_known_) database_look_ = look(path_);
  log_look_ = look(log_path());
  is_known_ = true;
}

void OpenFiles::note_sound() {
  is_known_ = false;
  note_commit(true);
}

bool OpenFiles::is_cut_off() const {
  const auto now = look(path_);
  return is_known_ && now && database_look_ && now->bytes < database_look_->bytes;
}

OpenFiles::Loss OpenFiles::find_loss() const {
  if (overwritten_) return Loss::overwritten;
  const auto database = look(path_);
  if (!database_ || !database || database->identity != *database_) return Loss::database;
  const auto log = look(log_path());
  if (log_ && !log) return Loss::log_missing;
  if (log_ && log->identity != *log_) return Loss::log_replaced;
  return is_known_ && (database != database_look_ || log != log_look_) ? Loss::touched : Loss::none;
}

core::Error OpenFiles::describe(Loss loss) const {
  const auto error = [](std::string message, std::string hint) {
    return core::Error(core::ErrorCode::storage_unavailable, std::move(message), std::move(hint));
  };
  switch (loss) {
    case Loss::log_missing:
      return error(fmt::format("The database's write-ahead log {} was removed while governor ran; nothing is "
                               "stored until a new one has been begun.",
                               log_path()),
                   "Try again in a moment: governor begins a new log by itself, and what it has confirmed is "
                   "kept.");
    case Loss::log_replaced:
      return error(fmt::format("Another file has taken the place of the database's write-ahead log {} while "
                               "governor ran; nothing is stored until it is gone.",
                               log_path()),
                   "Move that file away: governor then begins a new log, and what it has confirmed is kept.");
    case Loss::overwritten:
      return error(fmt::format("Another program cut off or overwrote the database {} or its write-ahead log "
                               "while governor ran; nothing is stored any more.",
                               path_),
                   "Tell a person to run \"governorctl restart\": the start looks for what can be saved and "
                   "says what is missing.");
    case Loss::database:
    case Loss::touched:
    case Loss::none: break;
  }
  return error(
      fmt::format(
          "The database {} was moved, removed or replaced while governor ran; nothing is stored until "
          "it is back.",
          path_),
      "Put the file back where it was, and governor goes on by itself. To go on with what is there now, a "
      "person runs \"governorctl restart\".");
}

}  // namespace governor::daemon
