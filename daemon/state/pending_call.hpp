#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/diagnosis/concurrency_report.hpp"
#include "daemon/state/reply_sink.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// A tool call on its way through the state.
struct PendingCall {
  std::shared_ptr<ReplySink> sink;
  Ticket ticket;
  std::shared_ptr<ToolCall> call;
  const Tool* tool = nullptr;
  bool replay_checked = false;
  bool store_read = false;
  std::vector<std::string> agents;

  // What it waits for at present, see CallWaits.
  WaitsFor waits_for = WaitsFor::nothing;
  std::chrono::steady_clock::time_point waits_since;
};

}  // namespace governor::daemon
