#include "daemon/alerts/alert_command.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "ipc/child_process.hpp"

namespace governor::daemon {
namespace {

/// A command that fails fails often: the log gets the first failure and then one line a minute.
constexpr std::chrono::minutes kLogPause{1};

}  // namespace

AlertCommand::AlertCommand(Settings settings) : settings_(std::move(settings)) {
  if (settings_.arguments.empty()) return;
  const ipc::SignalsBlocked blocked;  // what stops the daemon is for others
  thread_ = std::thread([this] { run(); });
}

AlertCommand::~AlertCommand() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void AlertCommand::report(std::string alert) {
  if (settings_.arguments.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= settings_.longest_queue) {
      ++dropped_;
      return;
    }
    waiting_.push_back(std::move(alert));
  }
  changed_.notify_all();
}

void AlertCommand::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    if (closing_) return;
    const std::string alert = std::move(waiting_.front()) + "\n";
    waiting_.pop_front();
    const std::uint64_t dropped = std::exchange(dropped_, 0);
    lock.unlock();
    if (dropped > 0) spdlog::warn("{} alerts were not passed on: the alert command is too slow", dropped);
    const CommandEnd end =
        run_command(settings_.arguments, settings_.environment, alert, settings_.limits, closing_);
    if (end.how != CommandEnd::How::exited || end.code != 0) log_failure(end);
    if (settings_.on_end) settings_.on_end(end);
    lock.lock();
  }
}

void AlertCommand::log_failure(const CommandEnd& end) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_log_) {
    ++unlogged_failures_;
    return;
  }
  next_log_ = now + kLogPause;
  spdlog::warn("the alert command {} {} ({} more failures since the last line about it)",
               settings_.arguments.front(), end.describe(), std::exchange(unlogged_failures_, 0));
}

}  // namespace governor::daemon
