#pragma once

#include <chrono>
#include <optional>

#include "ipc/line_decoder.hpp"
#include "proxy/daemon_link.hpp"
#include "proxy/diagnostics.hpp"
#include "proxy/output_stream.hpp"
#include "proxy/parent_watch.hpp"
#include "proxy/relay.hpp"

namespace governor::proxy {

/// The proxy's life: polls the client, the daemon, signals and the parent until one of them ends it.
class EventLoop {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Descriptors {
    int input;        ///< the client writes here
    int output;       ///< the client reads here
    int diagnostics;  ///< people read here
    int signals;      ///< readable when the process is to end
  };

  /// `wait_at_end`: how long the last answers are waited for while none comes.
  EventLoop(Descriptors descriptors, const ParentWatch& parent, ipc::Hello hello, ipc::Paths paths,
            ipc::StartOptions options, std::chrono::seconds wait_at_end);

  /// The exit code.
  int run();

 private:
  struct Ready;

  Ready wait(TimePoint now);
  int timeout_ms(TimePoint now) const;
  bool input_wanted() const;
  void read_input(TimePoint now);
  void take_lines(TimePoint now);
  void end_input(TimePoint now);
  void write_output(TimePoint now);
  bool is_ending() const { return input_ended_ || hung_up_; }
  /// When the last answers are given up.
  TimePoint ends_at() const;
  bool is_finished(TimePoint now) const;
  void leave();
  int report_lost();

  Descriptors fds_;
  const ParentWatch& parent_;
  Relay relay_;
  DaemonLink link_;
  ipc::LineDecoder input_;
  OutputStream output_;
  Diagnostics diagnostics_;
  bool output_full_ = false;
  bool must_end_ = false;
  std::chrono::seconds wait_at_end_;
  TimePoint last_output_{};
  std::optional<TimePoint> input_ended_;
  std::optional<TimePoint> hung_up_;  ///< the client went away while its lines were not read
};

}  // namespace governor::proxy
