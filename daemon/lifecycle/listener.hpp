#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <memory>

#include "daemon/session/task_scope.hpp"
#include "ipc/peer_credentials.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Accepts connections of our own user. Survives whatever a single accept can fail with. Held by shared_ptr:
/// the coroutine that accepts lives until it has seen that the listener was closed.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Socket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor>;
  using OnConnection = std::function<void(Socket, ipc::PeerCredentials)>;
  using OnRefused = std::function<void(const ipc::PeerCredentials&)>;
  using Strand = boost::asio::strand<Executor>;

  /// The callbacks run on `strand`, as everything here must.
  Listener(Strand strand, ipc::UniqueFd listening, OnConnection on_connection, OnRefused on_refused);

  void start(TaskScope& tasks);
  /// Stops accepting. What waits in the queue of the socket is reset by the system.
  void close();
  /// Lets no further client connect, while those that wait can still be accepted. Where the system cannot do
  /// that (macOS), a client that comes now is reset when the socket is closed and connects again.
  void refuse_new();
  /// Accepts what waits in the queue right now; returns how many that were.
  std::size_t accept_waiting();

 private:
  boost::asio::awaitable<void, Strand> accept_loop();
  void take(Socket socket);

  Strand strand_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer backoff_;
  OnConnection on_connection_;
  OnRefused on_refused_;
};

}  // namespace governor::daemon
