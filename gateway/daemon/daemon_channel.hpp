#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "ipc/connect.hpp"
#include "ipc/hello.hpp"
#include "ipc/paths.hpp"
#include "proxy/daemon_link.hpp"
#include "proxy/relay.hpp"

namespace governor::gateway {

/// Which daemon is meant, and how it is started.
struct DaemonPlace {
  ipc::Paths paths;
  ipc::StartOptions start;
};

/// One session with the daemon across its restarts, exactly as a proxy has it: connects, starts the daemon if
/// there is none, sends what is unanswered again. All on the thread of the context.
class DaemonChannel : public std::enable_shared_from_this<DaemonChannel> {
 public:
  struct Events {
    std::function<void(std::string_view line)> on_line;
    std::function<void(bool connected)> on_connected;
  };

  DaemonChannel(boost::asio::io_context& context, ipc::Hello hello, const DaemonPlace& place);

  void start(Events events);
  /// Whether there is room for one more line.
  [[nodiscard]] bool takes_lines() const { return !closed_ && relay_.wants_client_lines(); }
  void send(std::string_view line);
  [[nodiscard]] bool is_connected() const { return !closed_ && relay_.is_ready(); }
  [[nodiscard]] const ipc::HelloReply& daemon() const { return relay_.daemon(); }
  /// Ends the session for good. No event comes afterwards.
  void close();

 private:
  using Clock = std::chrono::steady_clock;

  void schedule();
  void pump(bool readable);
  void deliver();
  void tell_connected();
  void arm(Clock::time_point now);
  void watch();
  void wait_for(boost::asio::posix::stream_descriptor::wait_type what, bool& is_armed);

  proxy::Relay relay_;
  proxy::DaemonLink link_;
  boost::asio::io_context& context_;
  /// A second descriptor for what the link polls, which may close its own at any time.
  boost::asio::posix::stream_descriptor watched_;
  std::optional<std::uint64_t> watched_generation_;
  std::uint64_t watch_number_ = 0;
  bool read_armed_ = false;
  bool write_armed_ = false;
  boost::asio::steady_timer timer_;
  Events events_;
  bool scheduled_ = false;
  bool closed_ = false;
  bool told_connected_ = false;
};

}  // namespace governor::gateway
