#include "daemon/supervisor/keeper_watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/sandbox/unconfined.hpp"
#include "ipc/child_process.hpp"

namespace governor::daemon {

KeeperWatch::~KeeperWatch() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (wake_write_ && ::write(wake_write_.get(), "", 1) < 0) {
      // It is full, and wakes all the same.
    }
  }
  if (thread_.joinable()) thread_.join();
}

void KeeperWatch::follow(const core::Deployment& deployment, FollowedKeeper::Report report) {
  post(Follow{deployment, std::move(report)});
}

void KeeperWatch::stop(const std::string& id, std::string reason) {
  post(Stop{id, std::move(reason)});
}

void KeeperWatch::pause(const std::string& id, bool paused) {
  post(Pause{id, paused});
}

void KeeperWatch::post(Message message) {
  const std::lock_guard lock(mutex_);
  messages_.push_back(std::move(message));
  if (!wake_write_) {
    auto pipe = ipc::make_pipe();
    if (!pipe) {
      spdlog::error("deployments are not followed: {}", pipe.error().message);
      return;  // the next message tries again
    }
    wake_read_ = std::move(pipe->first);
    wake_write_ = std::move(pipe->second);
    for (const int fd : {wake_read_.get(), wake_write_.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  if (!thread_.joinable()) {
    try {
      thread_ = start_unconfined([this] { run(); });
    } catch (const std::system_error& failure) {
      spdlog::error("deployments are not followed, since the system gives no thread: {}", failure.what());
      return;
    }
  }
  if (::write(wake_write_.get(), "", 1) < 0) {
    // It is full, and wakes all the same.
  }
}

void KeeperWatch::run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return;
    }
    try {
      take_messages();
      look_at_all();
    } catch (const std::exception& failure) {  // the next time may be better, and must come
      spdlog::critical("an exception that was not foreseen: {}", failure.what());
    }
    wait();
  }
}

void KeeperWatch::take_messages() {
  std::vector<Message> messages;
  {
    const std::lock_guard lock(mutex_);
    messages.swap(messages_);
  }
  for (Message& message : messages) std::visit([this](auto& one) { take(std::move(one)); }, message);
}

void KeeperWatch::take(Follow message) {
  auto& place = followed_[message.deployment.order.id];
  if (place) return;
  place = std::make_unique<FollowedKeeper>(settings_, message.deployment, std::move(message.report));
}

void KeeperWatch::take(Stop message) {
  const auto found = followed_.find(message.id);
  if (found != followed_.end()) found->second->stop(std::move(message.reason));
}

void KeeperWatch::take(Pause message) {
  const auto found = followed_.find(message.id);
  if (found != followed_.end()) found->second->pause(message.paused);
}

void KeeperWatch::look_at_all() {
  for (auto at = followed_.begin(); at != followed_.end();) {
    at->second->look();
    at = at->second->is_over() ? followed_.erase(at) : std::next(at);
  }
}

void KeeperWatch::wait() {
  std::vector<pollfd> polled{{wake_read_.get(), POLLIN, 0}};
  std::optional<std::chrono::milliseconds> patience;
  for (const auto& [id, keeper] : followed_) {
    patience = std::min(patience.value_or(keeper->interval()), keeper->interval());
    polled.push_back({keeper->fd(), POLLIN, 0});
  }
  ::poll(polled.data(), static_cast<nfds_t>(polled.size()),
         patience ? static_cast<int>(patience->count()) : -1);
  char bytes[64];
  while (::read(wake_read_.get(), bytes, sizeof bytes) > 0) {
  }
}

}  // namespace governor::daemon
