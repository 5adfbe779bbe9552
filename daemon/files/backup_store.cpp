#include "daemon/files/backup_store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <utility>

#include "daemon/files/compression.hpp"
#include "daemon/files/file_errors.hpp"
#include "daemon/files/read_descriptor.hpp"
#include "daemon/support/new_file.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/support/sync_descriptor.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kHexDigits = 64;

bool is_sha256(std::string_view text) {
  return text.size() == kHexDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

core::Error damaged(const std::string& path) {
  return {core::ErrorCode::storage_unavailable, fmt::format("The backup {} is damaged.", path),
          "Take another version; the damaged one cannot be brought back."};
}

/// It is not the file of the caller that is in trouble, nor can an agent mend it.
core::Error not_kept(core::Error error) {
  error.code = core::ErrorCode::storage_unavailable;
  error.hint =
      "Without a backup nothing is written. A person must see that governor can write in that directory, and "
      "that there is space; then try again.";
  error.field.clear();
  error.given.clear();
  return error;
}

/// Calls `visit(name)` for each entry. False, and errno, if the directory cannot be read.
template <class Visit>
bool for_each_entry(const std::string& path, Visit visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(path.c_str()), &::closedir);
  if (!stream) return false;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") visit(name);
  }
  return true;
}

std::uint64_t size_of(const std::string& path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size)
                                                                    : 0;
}

}  // namespace

BackupStore::Pin& BackupStore::Pin::operator=(Pin&& other) noexcept {
  if (this == &other) return *this;
  release();
  uses_ = std::move(other.uses_);
  sha256_ = std::move(other.sha256_);
  return *this;
}

void BackupStore::Pin::release() {
  if (!uses_) return;
  {
    const std::lock_guard lock(uses_->mutex);
    Use& use = uses_->of[sha256_];
    --use.pins;
    use.last = ++uses_->moment;
  }
  uses_.reset();
}

/// Once, since from then on it is counted along. Whoever calls it has `disk_mutex_`.
void BackupStore::scan() {
  if (std::exchange(scanned_, true)) return;
  for_each_entry(directory_, [this](const std::string& folder) {
    for_each_entry(directory_ + "/" + folder, [&](const std::string& name) {
      if (is_sha256(name)) total_bytes_ += size_of(directory_ + "/" + folder + "/" + name);
    });
  });
}

std::uint64_t BackupStore::total_bytes() {
  const std::lock_guard lock(disk_mutex_);
  scan();
  return total_bytes_;
}

std::optional<core::Error> BackupStore::make_folder(const std::string& folder, Durable durable) const {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
    return file_error("Cannot make the directory", directory_, errno);
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return std::nullopt;
    return file_error("Cannot make the directory", folder, errno);
  }
  if (durable == Durable::soon) return std::nullopt;
  const ipc::UniqueFd parent(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || sync_descriptor(parent.get()) != 0) return file_error("Cannot write to", directory_, errno);
  return std::nullopt;
}

std::string BackupStore::folder_of(const std::string& sha256) const {
  return directory_ + "/" + sha256.substr(0, 2);
}

std::string BackupStore::path_of(const std::string& sha256) const {
  return folder_of(sha256) + "/" + sha256;
}

bool BackupStore::has(const std::string& sha256) const {
  return is_sha256(sha256) && ::access(path_of(sha256).c_str(), F_OK) == 0;
}

core::Result<BackupStore::Stored> BackupStore::put(std::string_view content, const std::string& sha256,
                                                   Durable durable) {
  // First: from here on nobody removes it.
  Stored stored{sha256, 0, false, pin(sha256)};
  const std::lock_guard lock(disk_mutex_);
  scan();
  if (has(sha256)) {
    stored.bytes = size_of(path_of(sha256));
    if (durable == Durable::at_once && unsettled_.contains(sha256)) settle_locked();
    if (get(sha256)) return stored;
    // The disk has damaged it, and this is the moment to replace it.
    if (::unlink(path_of(sha256).c_str()) == 0) total_bytes_ -= std::min(total_bytes_, stored.bytes);
  }
  return write(content, std::move(stored), durable);
}

core::Result<BackupStore::Stored> BackupStore::write(std::string_view content, Stored stored,
                                                     Durable durable) {
  if (auto error = make_folder(folder_of(stored.sha256), durable)) return not_kept(*std::move(error));
  auto file = NewFile::create(folder_of(stored.sha256));
  if (!file) return not_kept(std::move(file.error()));
  const std::string compressed = compress(content);
  if (auto error = file->write(compressed)) return not_kept(*std::move(error));
  if (auto error =
          durable == Durable::soon ? file->publish_unsynced(stored.sha256) : file->publish(stored.sha256))
    return not_kept(*std::move(error));
  if (durable == Durable::soon) {
    unsettled_.insert(stored.sha256);
    unsettled_count_ = unsettled_.size();
  }
  stored.bytes = compressed.size();
  stored.is_new = true;
  total_bytes_ += stored.bytes;
  return stored;
}

void BackupStore::settle() {
  if (!has_unsettled()) return;
  const std::lock_guard lock(disk_mutex_);
  settle_locked();
}

/// What cannot be brought to the disk is tried no second time: the database knows only that it may be
/// damaged.
void BackupStore::settle_locked() {
  std::set<std::string> paths{directory_};
  for (const std::string& sha256 : std::exchange(unsettled_, {})) {
    paths.insert(folder_of(sha256));
    paths.insert(path_of(sha256));
  }
  unsettled_count_ = 0;
  for (const std::string& path : paths) {
    const ipc::UniqueFd opened(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (opened) (void)sync_descriptor(opened.get());
  }
}

core::Result<std::string> BackupStore::get(const std::string& sha256) const {
  const std::string path = path_of(sha256);
  const ipc::UniqueFd file(is_sha256(sha256) ? ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1);
  if (!file) {
    if (is_sha256(sha256) && errno != ENOENT) return file_error("Cannot open the backup", path, errno);
    return core::Error(core::ErrorCode::not_found, "The content of this version is no longer kept.",
                       "list_backups shows which versions can be restored.");
  }
  const auto compressed = read_descriptor(file.get(), path, std::numeric_limits<std::uint32_t>::max());
  if (!compressed) return compressed.error();
  auto content = decompress(compressed->bytes);
  if (!content || sha256_hex(*content) != sha256) return damaged(path);
  return *std::move(content);
}

std::uint64_t BackupStore::moment() const {
  const std::lock_guard lock(uses_->mutex);
  return uses_->moment;
}

BackupStore::Pin BackupStore::pin(const std::string& sha256) {
  const std::lock_guard lock(uses_->mutex);
  Use& use = uses_->of[sha256];
  ++use.pins;
  use.last = ++uses_->moment;
  return {uses_, sha256};
}

bool BackupStore::remove(const std::string& sha256, std::uint64_t since) {
  const std::lock_guard disk(disk_mutex_);
  scan();
  {
    const std::lock_guard lock(uses_->mutex);
    const auto found = uses_->of.find(sha256);
    if (found != uses_->of.end() && (found->second.pins > 0 || found->second.last > since)) return false;
  }
  if (!is_sha256(sha256)) return false;
  const std::string path = path_of(sha256);
  const std::uint64_t bytes = size_of(path);
  if (::unlink(path.c_str()) != 0) return errno == ENOENT;
  total_bytes_ -= std::min(total_bytes_, bytes);
  return true;
}

std::vector<std::string> BackupStore::some_contents() {
  std::vector<std::string> contents;
  const std::lock_guard lock(disk_mutex_);
  for_each_entry(fmt::format("{}/{:02x}", directory_, next_folder_++ % 256), [&](const std::string& name) {
    if (is_sha256(name)) contents.push_back(name);
  });
  return contents;
}

void BackupStore::forget_before(std::uint64_t since) {
  const std::lock_guard lock(uses_->mutex);
  std::erase_if(uses_->of,
                [&](const auto& item) { return item.second.pins == 0 && item.second.last <= since; });
}

}  // namespace governor::daemon
