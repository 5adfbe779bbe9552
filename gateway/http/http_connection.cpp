#include "gateway/http/http_connection.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <utility>

namespace governor::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::uint32_t kMostHeadBytes = 16 * 1024;
/// As long as a line of the daemon's protocol may be.
constexpr std::uint64_t kMostBodyBytes = 8 * 1024 * 1024;
constexpr std::chrono::seconds kHeadPatience{10};
constexpr std::chrono::seconds kBodyPatience{30};
constexpr std::chrono::seconds kIdlePatience{60};
constexpr std::chrono::seconds kFarewellPatience{2};
constexpr std::size_t kMostFields = 100;

using Parser = http::request_parser<http::string_body>;

RequestHead head_of(const Parser& parser) {
  const auto& message = parser.get();
  RequestHead head;
  head.method = std::string(message.method_string());
  head.target = std::string(message.target());
  for (const auto& field : message)
    head.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
  return head;
}

Refusal too_long() {
  return {413, "body_too_large", "The body is longer than 8 MiB.", "Send less at a time."};
}

/// What is no HTTP as we take it.
Refusal bad_framing(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return {431, "header_too_large", "The header fields are longer than 16 KiB.", "Send less in them."};
  }
  if (error == http::error::body_limit) return too_long();
  return {400, "bad_request", "This is no request as HTTP/1.1 has them: " + error.message() + ".",
          "Use an HTTP library."};
}

/// Whether it was the client, or the way to it, that ended the connection. Then nobody was refused.
bool has_gone(const boost::system::error_code& error) {
  static const auto& of_http = boost::system::error_code(http::error::partial_message).category();
  return error.category() != of_http || error == http::error::end_of_stream ||
         error == http::error::partial_message;
}

std::optional<Refusal> refuse_message(const Parser& parser, const RequestHead& head) {
  if (parser.get().version() != 11)
    return Refusal{505, "wrong_version", "The request is not of HTTP/1.1.", "Use HTTP/1.1."};
  if (head.fields.size() > kMostFields)
    return Refusal{431, "header_too_large", "There are more than 100 header fields.", "Send fewer."};
  if (!head.target.starts_with('/'))
    return Refusal{400, "bad_request", "The target of the request is no path.", "Begin it with a slash."};
  if (const auto length = parser.content_length(); length && *length > kMostBodyBytes) return too_long();
  return std::nullopt;
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, RequestHandler& handler)
    : socket_(std::move(socket)), handler_(handler), deadline_(socket_) {}

void HttpConnection::start(std::function<void()> on_closed) {
  on_closed_ = std::move(on_closed);
  asio::co_spawn(socket_.get_executor(), serve(),
                 [self = shared_from_this()](const std::exception_ptr& failure) {
                   try {
                     if (failure) std::rethrow_exception(failure);
                   } catch (const std::exception& error) {
                     spdlog::error("a connection failed: {}", error.what());
                   }
                   self->close();
                   self->on_closed_();
                 });
}

void HttpConnection::close() {
  is_closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  deadline_.disarm();
}

Task HttpConnection::serve() {
  const auto keep_alive = shared_from_this();
  bool goes_on = true;
  while (goes_on) {
    goes_on = co_await serve_one();
  }
}

asio::awaitable<bool> HttpConnection::wait_for_request() {
  if (buffer_.size() > 0) co_return true;
  deadline_.arm(has_asked_ ? kIdlePatience : kHeadPatience, shared_from_this());
  const auto [error] = co_await socket_.async_wait(Socket::wait_read, kAwait);
  co_return !error;
}

asio::awaitable<bool> HttpConnection::serve_one() {
  const bool has_come = co_await wait_for_request();
  if (!has_come) co_return false;
  Parser parser;
  parser.header_limit(kMostHeadBytes);
  parser.body_limit(kMostBodyBytes);
  deadline_.arm(kHeadPatience, shared_from_this());
  const auto [bad_head, head_size] = co_await http::async_read_header(socket_, buffer_, parser, kAwait);
  RequestHead head = head_of(parser);
  if (!socket_.is_open() || (bad_head && has_gone(bad_head))) {
    note_if_too_slow(buffer_.size() > 0 || head_size > 0, head);
    co_return false;
  }
  std::optional<Refusal> refusal;
  if (bad_head) {
    refusal = bad_framing(bad_head);
  } else {
    refusal = refuse_message(parser, head);
    if (!refusal) refusal = refuse_framing(head);
    if (!refusal) refusal = handler_.refuse(head);
  }
  if (refusal) {
    Refusal why = *std::move(refusal);
    co_await refuse(std::move(why), std::move(head));
    co_return false;
  }
  deadline_.arm(kBodyPatience, shared_from_this());
  if (same_word(head.field("expect").value_or(""), "100-continue")) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto buffer = asio::buffer(kContinue.data(), kContinue.size());
    const auto [failed, written] = co_await socket_.async_write_some(buffer, kAwait);
    if (failed) co_return false;
  }
  const auto [bad_body, body_size] = co_await http::async_read(socket_, buffer_, parser, kAwait);
  deadline_.disarm();
  if (bad_body) {
    if (!socket_.is_open() || has_gone(bad_body)) {
      note_if_too_slow(true, head);
      co_return false;
    }
    Refusal why = bad_framing(bad_body);
    co_await refuse(std::move(why), std::move(head));
    co_return false;
  }
  has_asked_ = true;
  const bool stays = parser.keep_alive();
  std::string body = std::move(parser.get().body());
  const auto exchange = std::make_shared<Exchange>(shared_from_this(), socket_, deadline_, std::move(head),
                                                   std::move(body), stays);
  Task answered = handler_.answer(exchange);
  co_await std::move(answered);
  exchange->finish();
  if (const auto& later = exchange->refusal()) handler_.note_refusal(*later, exchange->head());
  co_return exchange->can_go_on();
}

/// What may follow is not looked at: it would be read as a body, or as a request that was never meant as one.
Task HttpConnection::refuse(Refusal refusal, RequestHead head) {
  handler_.note_refusal(refusal, head);
  std::string nothing;
  const bool is_mcp = head.path() == "/mcp";
  Response response = Response::of(refusal);
  if (is_mcp) response.body = refusal.json_rpc();
  if (refusal.status == 401 && is_mcp) response.fields.emplace_back("WWW-Authenticate", "Bearer");
  const auto exchange = std::make_shared<Exchange>(shared_from_this(), socket_, deadline_, std::move(head),
                                                   std::move(nothing), false);
  co_await exchange->reply(std::move(response));
  co_await see_off();
}

/// It could not be told: what closes a socket in time must not wait for it.
void HttpConnection::note_if_too_slow(bool has_begun, const RequestHead& head) {
  if (socket_.is_open() || is_closed_ || !has_begun) return;
  handler_.note_refusal({408, "too_slow", "The request did not come in time.", "Send it at once."}, head);
}

/// A connection that is closed with something unread takes the answer with it.
Task HttpConnection::see_off() {
  boost::system::error_code failed;
  socket_.shutdown(Socket::shutdown_send, failed);
  deadline_.arm(kFarewellPatience, shared_from_this());
  std::array<char, 16 * 1024> unread;
  const auto buffer = asio::buffer(unread);
  for (std::uint64_t total = 0; !failed && total < kMostBodyBytes;) {
    const auto [error, size] = co_await socket_.async_read_some(buffer, kAwait);
    failed = error;
    total += size;
  }
  deadline_.disarm();
}

}  // namespace governor::gateway
