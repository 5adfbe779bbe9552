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

  bool has_run = false;    ///< it has asked for work or to wait
  bool answered = false;   ///< its ticket has been given away
  bool abandoned = false;  ///< its client has been told something else meanwhile
  std::chrono::steady_clock::time_point work_since;
  core::WaiterKey waiter = 0;
  std::int64_t wait_until_us = 0;
  std::int64_t wait_us = 0;      ///< from the beginning of the wait to its end
  std::string progress_token{};  ///< JSON text; empty: its client does not want to know how far it is
  std::chrono::steady_clock::time_point next_progress{};

  // What it waits for at present, see CallWaits.
  WaitsFor waits_for = WaitsFor::nothing;
  std::chrono::steady_clock::time_point waits_since;
};

}  // namespace governor::daemon
