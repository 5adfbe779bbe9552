#include "daemon/watch/two_way_watch.hpp"

#include <utility>

namespace governor::daemon {
namespace {

const core::Error kNoEvents(
    core::ErrorCode::limit_exceeded, "The system gives no means of watching files.",
    "Raise fs.inotify.max_user_instances (sysctl), or close programs that watch files.");

}  // namespace

TwoWayWatch::TwoWayWatch(MakeEvents make) : make_(std::move(make)) {
  events();
}

std::shared_ptr<DirectoryWatch> TwoWayWatch::events() {
  const std::lock_guard lock(mutex_);
  if (!events_ && make_) events_ = make_();
  return events_;
}

std::optional<core::Error> TwoWayWatch::add(const std::string& directory) {
  const auto watch = events();
  std::optional<core::Error> error = watch ? watch->add(directory) : kNoEvents;
  if (!error || error->code != core::ErrorCode::limit_exceeded) {
    looks_.remove(directory);
    return error;
  }
  if (auto gone = looks_.add(directory)) return gone;
  return error;
}

void TwoWayWatch::remove(const std::string& directory) {
  looks_.remove(directory);
  std::unique_lock lock(mutex_);
  const auto watch = events_;
  lock.unlock();
  if (watch) watch->remove(directory);
}

void TwoWayWatch::stop() {
  const std::lock_guard lock(mutex_);
  make_ = nullptr;
  if (events_) events_->stop();
}

}  // namespace governor::daemon
