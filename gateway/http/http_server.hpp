#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <vector>

#include "gateway/http/http_connection.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::gateway {

/// Lets clients in, as many as there is room for.
class HttpServer {
 public:
  static constexpr std::size_t kMostConnections = 256;

  HttpServer(boost::asio::io_context& context, RequestHandler& handler);

  /// Takes over a listening socket.
  void listen(ipc::UniqueFd socket);
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  /// Lets nobody in any more, and ends the connections.
  void close();

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  Task accept_loop(std::shared_ptr<Acceptor> acceptor);
  void take(Socket socket);
  bool make_room();

  boost::asio::io_context& context_;
  RequestHandler& handler_;
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
  std::list<std::shared_ptr<HttpConnection>> connections_;  ///< the oldest first
  bool closed_ = false;
};

}  // namespace governor::gateway
