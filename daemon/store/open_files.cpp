#include "daemon/store/open_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

namespace governor::daemon {

OpenFiles::OpenFiles(std::string database)
    : path_(std::move(database)), database_(identify(path_)), log_(identify(log_path())) {}

/// Without opening anything: closing a descriptor of the database would drop SQLite's locks on it.
std::optional<OpenFiles::Identity> OpenFiles::identify(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || info.st_nlink == 0) return std::nullopt;
  return Identity{info.st_dev, info.st_ino};
}

OpenFiles::Loss OpenFiles::find_loss() const {
  if (!database_ || identify(path_) != database_) return Loss::database;
  if (!log_) return Loss::none;
  const auto log = identify(log_path());
  if (!log) return Loss::log_missing;
  return log == log_ ? Loss::none : Loss::log_replaced;
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
    case Loss::database:
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
