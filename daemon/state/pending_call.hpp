#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/diagnosis/concurrency_report.hpp"
#include "daemon/files/file_threads.hpp"
#include "daemon/state/reply_sink.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// A tool call on its way through the state.
struct PendingCall {
  std::shared_ptr<ReplySink> sink;
  Ticket ticket;
  std::shared_ptr<ToolCall> call;
  const Operation* operation = nullptr;

  enum class Stage {
    arrived,    ///< it may have been answered before
    fresh,      ///< it has not run
    preparing,  ///< it has run, to find out what it needs; to be refused still, and to begin anew
    under_way,  ///< it has worked on files or waited for a lease: it is ended whatever happens
    abandoned,  ///< its client was told that it takes too long; it ends unseen when its work does
    over        ///< its ticket has been given away, and it does not run again
  };
  Stage stage = Stage::arrived;
  bool has_acted = false;           ///< it has changed something, or done work that others may see
  std::vector<std::string> agents;  ///< that it has asked for; the first is what it is about

  std::chrono::steady_clock::time_point work_since;
  std::shared_ptr<FileJob> job{};                    ///< its work
  std::atomic<bool>* tell_work_abandoned = nullptr;  ///< see Work
  std::chrono::milliseconds work_limit{0};           ///< likewise
  Wait wait;                                         ///< the one in which it is, or was last
  core::LeaseKey question = 0;                       ///< that other machines are asked at present; 0: none
  std::string progress_token{};  ///< JSON text; empty: its client does not want to know how far it is
  std::chrono::steady_clock::time_point next_progress{};

  // What it waits for at present, see CallWaits.
  WaitsFor waits_for = WaitsFor::nothing;
  std::chrono::steady_clock::time_point waits_since;
};

}  // namespace governor::daemon
