#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "gateway/daemon/daemon_client.hpp"
#include "gateway/mcp/event_stream.hpp"

namespace governor::gateway {

/// One client of MCP, and its session with the daemon. Of the stateless revision all clients of one name and
/// version share one, since nothing tells them apart.
class McpSession : public std::enable_shared_from_this<McpSession> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  McpSession(boost::asio::io_context& context, std::string client, std::string tools,
             const DaemonPlace& place);

  void start();
  /// What comes about a request; null: there is no room for it, or it is too long.
  std::shared_ptr<EventStream> ask(boost::json::object request);
  /// Nobody waits for it any more.
  void cancel(std::uint64_t stream);
  /// It has been answered, and is not asked for again.
  void forget(std::uint64_t stream) { streams_.erase(stream); }
  bool tell(boost::json::object message) { return daemon_->tell(std::move(message)); }

  /// What belongs to no request.
  [[nodiscard]] const std::shared_ptr<EventStream>& own_stream() const { return own_; }
  /// Null: not known, or not any more.
  [[nodiscard]] std::shared_ptr<EventStream> stream(std::uint64_t number) const;

  void touch() { last_used_ = std::chrono::steady_clock::now(); }
  [[nodiscard]] TimePoint last_used() const { return last_used_; }
  [[nodiscard]] bool is_in_use() const;
  void close();

 private:
  struct Asked {
    std::shared_ptr<EventStream> stream;
    std::uint64_t key = 0;
  };

  void drop_old_streams();
  void on_other(std::string message);

  std::shared_ptr<DaemonClient> daemon_;
  std::shared_ptr<EventStream> own_ = std::make_shared<EventStream>(0);
  std::map<std::uint64_t, Asked> streams_;
  std::uint64_t last_stream_ = 0;
  TimePoint last_used_;
};

}  // namespace governor::gateway
