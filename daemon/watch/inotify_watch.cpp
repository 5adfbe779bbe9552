#include "daemon/watch/inotify_watch.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/inotify.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

namespace asio = boost::asio;

/// A file counts as changed when its writer closes it, and whenever its name comes or goes. IN_CREATE is for
/// links, which nobody closes, and IN_MODIFY for writers that do not close it and for truncate(2).
constexpr std::uint32_t kEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW |
                                  IN_EXCL_UNLINK;

class InotifyWatch final : public DirectoryWatch, public std::enable_shared_from_this<InotifyWatch> {
 public:
  InotifyWatch(const Strand& strand, Tell tell)
      : tell_(std::move(tell)), descriptor_(strand, ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

  // The file system is asked without the lock, which the strand takes as well. What happens in a directory
  // before its number is known here is found by whoever looks at its files after `add`.
  std::optional<core::Error> add(const std::string& directory) override {
    {
      const std::lock_guard lock(mutex_);
      if (by_path_.contains(directory)) return std::nullopt;
    }
    const int watch =
        ::inotify_add_watch(descriptor_.native_handle(), text::path_bytes(directory).c_str(), kEvents);
    if (watch < 0) return failure(directory, errno);
    const std::lock_guard lock(mutex_);
    // Another name of a directory that is watched already: the system has one number for both.
    if (const auto known = by_watch_.find(watch); known != by_watch_.end()) by_path_.erase(known->second);
    by_watch_[watch] = directory;
    by_path_[directory] = watch;
    return std::nullopt;
  }

  void remove(const std::string& directory) override {
    int watch = -1;
    {
      const std::lock_guard lock(mutex_);
      const auto found = by_path_.find(directory);
      if (found == by_path_.end()) return;
      watch = found->second;
      by_watch_.erase(watch);
      by_path_.erase(found);
    }
    ::inotify_rm_watch(descriptor_.native_handle(), watch);
  }

  [[nodiscard]] bool needs_looks() const override { return false; }
  std::vector<WatchEvent> look() override { return {}; }

  void stop() override {
    boost::system::error_code ignored;
    descriptor_.cancel(ignored);
    tell_ = nullptr;
  }

  void read() {
    descriptor_.async_read_some(
        asio::buffer(buffer_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          if (error || !self->tell_) return;
          self->pass_on(size);
          if (self->tell_) self->read();
        });
  }

 private:
  /// A fault in one report must not end all that would come.
  void pass_on(std::size_t size) {
    try {
      std::vector<WatchEvent> events = decode(size);
      if (!events.empty()) tell_(std::move(events));
    } catch (const std::exception& failure) {
      spdlog::error("changes of files could not be passed on: {}", failure.what());
    }
  }

  static core::Error failure(const std::string& directory, int reason) {
    if (reason == ENOSPC || reason == ENOMEM) {
      return {core::ErrorCode::limit_exceeded,
              fmt::format("The system watches no more directories: {} is not watched.", directory),
              "Raise fs.inotify.max_user_watches (sysctl), or watch fewer directories."};
    }
    return {core::ErrorCode::not_found,
            fmt::format("{} cannot be watched: {}.", directory,
                        std::error_code(reason, std::system_category()).message())};
  }

  std::vector<WatchEvent> decode(std::size_t size) {
    std::vector<WatchEvent> events;
    const std::lock_guard lock(mutex_);
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event;
      std::memcpy(&event, buffer_.data() + at, sizeof event);
      const char* const bytes = buffer_.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        events.push_back({WatchEvent::Kind::overflow, {}});
        continue;
      }
      const auto found = by_watch_.find(event.wd);
      if (found == by_watch_.end()) continue;
      if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) {
        events.push_back({WatchEvent::Kind::vanished, found->second});
        if ((event.mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(descriptor_.native_handle(), event.wd);
        by_path_.erase(found->second);
        by_watch_.erase(found);
        continue;
      }
      if (event.len == 0) continue;
      const std::string name = text::path_text(bytes);
      std::string path = found->second == "/" ? "/" + name : found->second + "/" + name;
      const bool directory = (event.mask & IN_ISDIR) != 0;
      if (!directory) {
        const bool is_growing = (event.mask & ~std::uint32_t{IN_MODIFY}) == 0;
        events.push_back(
            {is_growing ? WatchEvent::Kind::growing : WatchEvent::Kind::changed, std::move(path)});
      } else if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
        events.push_back({WatchEvent::Kind::appeared, std::move(path)});
      } else {
        events.push_back({WatchEvent::Kind::vanished, std::move(path)});
      }
    }
    return events;
  }

  Tell tell_;
  asio::posix::basic_stream_descriptor<Strand> descriptor_;
  alignas(inotify_event) std::array<char, 64 * 1024> buffer_;
  std::mutex mutex_;  ///< over what follows: directories are added on file threads
  std::unordered_map<int, std::string> by_watch_;
  std::unordered_map<std::string, int> by_path_;
};

}  // namespace

std::shared_ptr<DirectoryWatch> make_inotify_watch(const DirectoryWatch::Strand& strand,
                                                   DirectoryWatch::Tell tell) {
  try {
    auto watch = std::make_shared<InotifyWatch>(strand, std::move(tell));
    watch->read();
    return watch;
  } catch (const boost::system::system_error& failure) {
    spdlog::error("files cannot be watched: {}", failure.what());
    return nullptr;
  }
}

}  // namespace governor::daemon
