#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "gateway/http/exchange.hpp"
#include "gateway/rules/admission.hpp"

namespace governor::gateway {

/// What the connections of a gateway ask for.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  /// By the head alone, before any of the body is read.
  virtual std::optional<Refusal> refuse(const RequestHead& head) = 0;
  /// Answers what was not refused.
  virtual Task answer(std::shared_ptr<Exchange> exchange) = 0;
  virtual void note_refusal(const Refusal& refusal, const RequestHead& head) = 0;
};

/// One client. Reads a request, has it answered, reads the next.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Socket socket, RequestHandler& handler);

  void start(std::function<void()> on_closed);
  void close();
  /// Has not sent a whole request since it came: the first to go when there are too many.
  [[nodiscard]] bool has_said_nothing() const { return !has_asked_ && socket_.is_open(); }

 private:
  Task serve();
  /// False: no more.
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> wait_for_request();
  Task refuse(Refusal refusal, RequestHead head);
  Task see_off();
  void note_if_too_slow(bool has_begun, const RequestHead& head);

  Socket socket_;
  RequestHandler& handler_;
  SocketDeadline deadline_;
  boost::beast::flat_buffer buffer_;
  std::function<void()> on_closed_;
  bool has_asked_ = false;
  bool is_closed_ = false;  ///< by the server, not by a time that was up
};

}  // namespace governor::gateway
