#include "daemon/watch/scanning_watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

std::int64_t modified_ns(const struct stat& status) {
#ifdef __APPLE__
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<core::Error> ScanningWatch::add(const std::string& directory) {
  {
    const std::lock_guard lock(mutex_);
    if (directories_.contains(directory)) return std::nullopt;
  }
  auto entries = read(directory);
  if (!entries)
    return core::Error(core::ErrorCode::not_found, fmt::format("{} cannot be watched.", directory));
  const std::lock_guard lock(mutex_);
  directories_.try_emplace(directory, *std::move(entries));
  return std::nullopt;
}

void ScanningWatch::remove(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  directories_.erase(directory);
}

bool ScanningWatch::needs_looks() const {
  const std::lock_guard lock(mutex_);
  return !directories_.empty();
}

std::vector<WatchEvent> ScanningWatch::look() {
  std::vector<std::string> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [directory, entries] : directories_) all.push_back(directory);
  }
  std::vector<WatchEvent> events;
  for (const std::string& directory : all) {
    auto now = read(directory);
    const std::lock_guard lock(mutex_);
    const auto known = directories_.find(directory);
    if (known == directories_.end()) continue;
    if (now) {
      compare(directory, known->second, *now, events);
      known->second = *std::move(now);
    } else {
      events.push_back({WatchEvent::Kind::vanished, directory});
      directories_.erase(known);
    }
  }
  return events;
}

std::optional<ScanningWatch::Entries> ScanningWatch::read(const std::string& directory) {
  DIR* stream = ::opendir(text::path_bytes(directory).c_str());
  if (stream == nullptr) return std::nullopt;
  Entries entries;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name = text::path_text(entry->d_name);
    struct stat status {};
    if (name == "." || name == ".." ||
        ::fstatat(::dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    const bool is_directory = S_ISDIR(status.st_mode);
    // A directory changes with each entry; those are told by themselves.
    entries[name] = {static_cast<std::uint64_t>(status.st_ino), is_directory ? 0 : status.st_size,
                     is_directory ? 0 : modified_ns(status), is_directory};
  }
  ::closedir(stream);
  return entries;
}

void ScanningWatch::compare(const std::string& directory, const Entries& before, const Entries& now,
                            std::vector<WatchEvent>& events) {
  const std::string start = directory == "/" ? "/" : directory + "/";
  for (const auto& [name, entry] : now) {
    const auto known = before.find(name);
    if (known != before.end() && known->second == entry) continue;
    events.push_back(
        {entry.directory ? WatchEvent::Kind::appeared : WatchEvent::Kind::changed, start + name});
  }
  for (const auto& [name, entry] : before) {
    if (now.contains(name)) continue;
    events.push_back(
        {entry.directory ? WatchEvent::Kind::vanished : WatchEvent::Kind::changed, start + name});
  }
}

}  // namespace governor::daemon
