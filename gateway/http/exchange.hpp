#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/http/response.hpp"
#include "gateway/rules/request_head.hpp"

namespace governor::gateway {

using Socket = boost::asio::generic::stream_protocol::socket;
using Task = boost::asio::awaitable<void>;
/// What is awaited gives its error instead of throwing it.
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
using TimePoint = std::chrono::steady_clock::time_point;

/// Closes a socket when something takes too long. One at a time: the newest counts.
class SocketDeadline {
 public:
  explicit SocketDeadline(Socket& socket) : socket_(socket), timer_(socket.get_executor()) {}
  SocketDeadline(const SocketDeadline&) = delete;
  SocketDeadline& operator=(const SocketDeadline&) = delete;

  void arm(std::chrono::milliseconds patience, const std::shared_ptr<void>& owner);
  void disarm() { timer_.cancel(); }

 private:
  Socket& socket_;
  boost::asio::steady_timer timer_;
};

/// One request that was let in, and the way to answer it. Lives until it is answered; kept by its connection.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<void> owner, Socket& socket, SocketDeadline& deadline, RequestHead head,
           std::string body, bool keep_alive);

  [[nodiscard]] const RequestHead& head() const { return head_; }
  [[nodiscard]] const std::string& body() const { return body_; }

  boost::asio::awaitable<void> reply(Response response);

  using Fields = std::vector<std::pair<std::string, std::string>>;
  /// An answer that goes on: its head, its parts, its end.
  boost::asio::awaitable<void> begin_events(Fields fields);
  boost::asio::awaitable<void> send_events(std::string text);
  boost::asio::awaitable<void> end_events();

  /// Until the time, or until somebody wakes it, or the client has gone.
  boost::asio::awaitable<void> wait_until(TimePoint time);
  void wake() { wake_.cancel(); }
  /// Looks from now on whether the client goes away.
  void watch_client();
  [[nodiscard]] bool client_is_gone() const { return gone_; }
  /// It may not listen any longer: what is told to it as events ends here.
  void turn_away();
  [[nodiscard]] bool is_turned_away() const { return turned_away_; }
  /// What it was refused for after it was let in; none: it was not. For who keeps count: code and status.
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
  /// The connection can carry another request.
  [[nodiscard]] bool can_go_on() const { return answered_ && keep_alive_ && !gone_; }
  /// No more is looked at.
  void finish();

 private:
  boost::asio::awaitable<void> write(std::string text);

  std::shared_ptr<void> owner_;
  Socket& socket_;
  SocketDeadline& deadline_;
  RequestHead head_;
  std::string body_;
  bool keep_alive_;
  boost::asio::steady_timer wake_;
  bool watches_ = false;
  bool gone_ = false;
  bool turned_away_ = false;
  bool answered_ = false;
  std::optional<Refusal> refusal_;
};

}  // namespace governor::gateway
