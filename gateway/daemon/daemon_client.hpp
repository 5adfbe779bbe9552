#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/daemon/daemon_channel.hpp"
#include "gateway/daemon/request_table.hpp"

namespace governor::gateway {

/// Asks over one session with the daemon, for one or several clients.
class DaemonClient : public std::enable_shared_from_this<DaemonClient> {
 public:
  /// Gets what comes about one request: notifications, then the answer.
  using Sink = std::function<void(std::string message, bool is_answer)>;

  struct Events {
    std::function<void(std::string message)> on_other = [](const std::string&) {
    };  ///< what is about no request
    std::function<void(bool connected)> on_connected = [](bool) {};
  };

  DaemonClient(boost::asio::io_context& context, ipc::Hello hello, const DaemonPlace& place);
  ~DaemonClient();

  void start(Events events);
  void start() { start(Events()); }
  /// Sends a request, and gives its key. 0: there is no room, or the message is too long.
  std::uint64_t ask(boost::json::object request, Sink sink);
  /// Nobody waits for it any more, and the daemon is told.
  void cancel(std::uint64_t key);
  /// A notification or the answer to a request of the daemon.
  bool tell(boost::json::object message);

  [[nodiscard]] bool is_connected() const { return channel_->is_connected(); }
  [[nodiscard]] const ipc::HelloReply& daemon() const { return channel_->daemon(); }
  [[nodiscard]] std::size_t under_way() const { return sinks_.size(); }
  void close();

 private:
  void on_line(std::string_view line);
  bool send(const boost::json::object& message);

  std::shared_ptr<DaemonChannel> channel_;
  RequestTable requests_;
  std::map<std::uint64_t, Sink> sinks_;
  Events events_;
};

/// Whose session it is. `role`: person, or empty for an MCP client. `tools`: the profile, or empty.
ipc::Hello gateway_hello(std::string client, std::string role, std::string tools);

}  // namespace governor::gateway
