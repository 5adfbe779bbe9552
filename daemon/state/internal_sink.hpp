#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "daemon/state/reply_sink.hpp"

namespace governor::daemon {

/// Where the answer to a call of the daemon's own goes: to the log.
class InternalSink final : public ReplySink {
 public:
  enum class Success { is_logged, is_silent };
  explicit InternalSink(std::string what) : what_(std::move(what)) {}
  InternalSink(Success success, std::string what) : what_(std::move(what)), success_(success) {}

  void deliver(Ticket, core::Result<std::string> outcome) override {
    if (outcome && success_ == Success::is_silent) return;
    if (outcome) {
      spdlog::info("{}: {}", what_, *outcome);
    } else {
      spdlog::warn("{} failed: {}", what_, outcome.error().message);
    }
  }
  void forget(Ticket, Forget) override {}
  void supersede() override {}
  void resume(std::string, std::string) override {}
  void notify(std::vector<Notice>) override {}
  void tell(std::string) override {}

 private:
  std::string what_;
  Success success_ = Success::is_logged;
};

}  // namespace governor::daemon
