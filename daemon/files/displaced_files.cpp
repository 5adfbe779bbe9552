#include "daemon/files/displaced_files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <utility>

#include "daemon/files/read_descriptor.hpp"
#include "daemon/files/shrink_guard.hpp"

namespace governor::daemon {
namespace {

/// Each is an open descriptor.
constexpr std::size_t kMaxDisplaced = 256;

enum class Writers { none, some, unknown };

/// The kernel grants a read lease only on a file that nobody has open, or mapped, for writing.
Writers writers_of(int file) {
#if defined(F_SETLEASE)
  // Should somebody open it in this very moment, we are told by a signal that nobody minds.
  ::fcntl(file, F_SETSIG, SIGURG);
  if (::fcntl(file, F_SETLEASE, F_RDLCK) == 0) {
    ::fcntl(file, F_SETLEASE, F_UNLCK);
    return Writers::none;
  }
  return errno == EAGAIN || errno == EWOULDBLOCK ? Writers::some : Writers::unknown;
#else
  static_cast<void>(file);
  return Writers::unknown;
#endif
}

}  // namespace

void DisplacedFiles::keep(ipc::UniqueFd file, std::string path, const FileContent& content) {
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return;
  const FileIdentity identity{static_cast<std::uint64_t>(status.st_dev),
                              static_cast<std::uint64_t>(status.st_ino), 0};
  if (!content.identity.same_file(identity)) return;
  const std::lock_guard lock(mutex_);
  if (files_.size() >= kMaxDisplaced) {
    spdlog::warn("{} was replaced, and is not looked at for later writes: too many others are", path);
    return;
  }
  files_.push_back({std::move(file), std::move(path), content.sha256, content.bytes.size(),
                    content.modified_us, Clock::now()});
}

bool DisplacedFiles::may_be_written(const Displaced& displaced) {
  const auto age = Clock::now() - displaced.since;
  switch (writers_of(displaced.file.get())) {
    case Writers::none: return false;
    case Writers::some: return age < kWithWriters;
    case Writers::unknown: break;
  }
  return age < kUnknown;
}

void DisplacedFiles::look_at(Displaced& displaced, BackupStore& backups, std::uint64_t max_bytes,
                             std::vector<LateWrite>& found) {
  if (::lseek(displaced.file.get(), 0, SEEK_SET) != 0) return;
  auto content = read_descriptor(displaced.file.get(), displaced.path, max_bytes);
  if (!content) {
    spdlog::warn("what was written late to the replaced {} is not kept: {}", displaced.path,
                 content.error().message);
    return;
  }
  displaced.modified_us = content->modified_us;
  displaced.size = content->bytes.size();
  if (content->sha256 == displaced.sha256) return;
  displaced.sha256 = content->sha256;
  LateWrite late;
  late.path = displaced.path;
  late.state = {content->sha256, content->bytes.size(), count_lines(content->bytes), 0};
  if (auto stored = backups.put(content->bytes, content->sha256)) {
    late.state.stored_bytes = stored->bytes;
    late.pin = std::move(stored->pin);
  }
  found.push_back(std::move(late));
}

std::vector<DisplacedFiles::LateWrite> DisplacedFiles::look(BackupStore& backups, std::uint64_t max_bytes) {
  std::vector<Displaced> all;
  {
    const std::lock_guard lock(mutex_);
    all = std::exchange(files_, {});
  }
  std::vector<LateWrite> found;
  std::vector<Displaced> kept;
  for (Displaced& displaced : all) {
    const bool stays = may_be_written(displaced);  // asked first: what is read after it is final
    struct stat status {};
    const bool is_changed = ::fstat(displaced.file.get(), &status) != 0 ||
                            static_cast<std::uint64_t>(status.st_size) != displaced.size ||
                            modified_us(status) != displaced.modified_us;
    if (is_changed) look_at(displaced, backups, max_bytes, found);
    if (stays) kept.push_back(std::move(displaced));
  }
  const std::lock_guard lock(mutex_);
  files_.insert(files_.end(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
  return found;
}

bool DisplacedFiles::empty() const {
  const std::lock_guard lock(mutex_);
  return files_.empty();
}

}  // namespace governor::daemon
