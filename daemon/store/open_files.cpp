#include "daemon/store/open_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/sysmacros.h>
#endif

#include <utility>

namespace governor::daemon {
namespace {

/// While transactions follow each other.
constexpr std::chrono::milliseconds kLogTimesEvery{100};

}  // namespace

OpenFiles::OpenFiles(std::string database)
    : path_(std::move(database)), database_(identify(path_)), log_(identify(log_path())) {}

/// Without opening anything: closing a descriptor of the database would drop SQLite's locks on it.
std::optional<OpenFiles::Look> OpenFiles::look(const std::string& path, Times times) {
#if defined(__linux__)
  const unsigned wanted = STATX_INO | STATX_NLINK | STATX_SIZE | (times == Times::asked ? STATX_MTIME : 0U);
  struct statx info;
  if (::statx(AT_FDCWD, path.c_str(), 0, wanted, &info) != 0 || info.stx_nlink == 0) return std::nullopt;
  Look seen{{makedev(info.stx_dev_major, info.stx_dev_minor), info.stx_ino},
            static_cast<off_t>(info.stx_size)};
  const auto& modified = info.stx_mtime;
#else
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || info.st_nlink == 0) return std::nullopt;
  Look seen{{info.st_dev, info.st_ino}, info.st_size};
#if defined(__APPLE__)
  const timespec& modified = info.st_mtimespec;
#else
  const timespec& modified = info.st_mtim;
#endif
#endif
  if (times == Times::asked)
    seen.modified_ns = std::int64_t{modified.tv_sec} * 1'000'000'000 + modified.tv_nsec;
  return seen;
}

std::optional<OpenFiles::Identity> OpenFiles::identify(const std::string& path) {
  const auto seen = look(path, Times::not_asked);
  return seen ? std::optional(seen->identity) : std::nullopt;
}

void OpenFiles::look_at_log(Times times) {
  log_look_ = look(log_path(), times);
  log_times_ = times;
  if (times == Times::asked) log_times_asked_ = std::chrono::steady_clock::now();
}

void OpenFiles::note_commit(bool with_checkpoint) {
  // Only a checkpoint writes into the database itself.
  if (with_checkpoint || !is_known_) database_look_ = look(path_, Times::asked);
  const auto since = std::chrono::steady_clock::now() - log_times_asked_;
  look_at_log(since < kLogTimesEvery ? Times::not_asked : Times::asked);
  is_known_ = true;
}

void OpenFiles::note_times() {
  if (is_known_ && log_times_ == Times::not_asked) look_at_log(Times::asked);
}

void OpenFiles::note_sound() {
  is_known_ = false;
  note_commit(true);
  note_times();
}

bool OpenFiles::is_cut_off() const {
  const auto now = look(path_, Times::not_asked);
  return is_known_ && now && database_look_ && now->bytes < database_look_->bytes;
}

OpenFiles::Loss OpenFiles::find_loss() const {
  if (overwritten_) return Loss::overwritten;
  const auto database = look(path_, Times::asked);
  if (!database_ || !database || database->identity != *database_) return Loss::database;
  const auto log = look(log_path(), log_times_);
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
