#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/mcp/mcp_session.hpp"

namespace governor::gateway {

/// The clients of MCP that are known.
class McpSessions {
 public:
  static constexpr std::size_t kMost = 128;
  /// Without a request and without a stream.
  static constexpr std::chrono::minutes kLongestIdle{60};

  McpSessions(boost::asio::io_context& context, DaemonPlace place);

  /// A session of its own, not known until it is kept. Null: there are too many.
  std::shared_ptr<McpSession> make(std::string client, std::string tools);
  /// Keeps it, and gives the id under which the client finds it again.
  std::string keep(std::shared_ptr<McpSession> session);
  /// Null: not known, or not any more.
  std::shared_ptr<McpSession> find(std::string_view id);
  bool end(std::string_view id);

  /// The one that stateless clients of this name share. Null: there are too many.
  std::shared_ptr<McpSession> shared(const std::string& client, const std::string& tools);

  [[nodiscard]] std::size_t size() const { return kept_.size() + shared_.size(); }
  void close();

 private:
  using Table = std::map<std::string, std::shared_ptr<McpSession>, std::less<>>;

  void sweep_later();
  void drop_idle(Table& table);

  boost::asio::io_context& context_;
  DaemonPlace place_;
  Table kept_;    ///< by id
  Table shared_;  ///< by who the client says it is
  boost::asio::steady_timer timer_;
};

}  // namespace governor::gateway
