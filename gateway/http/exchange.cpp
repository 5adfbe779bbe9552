#include "gateway/http/exchange.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

namespace governor::gateway {
namespace {

namespace asio = boost::asio;

/// For a client that does not read.
constexpr std::chrono::seconds kWritePatience{30};

}  // namespace

void SocketDeadline::arm(std::chrono::milliseconds patience, const std::shared_ptr<void>& owner) {
  timer_.expires_after(patience);
  timer_.async_wait([this, owner](boost::system::error_code stopped) {
    if (stopped) return;
    // One that was armed anew meanwhile was not meant.
    if (timer_.expiry() > std::chrono::steady_clock::now()) return;
    boost::system::error_code ignored;
    socket_.close(ignored);
  });
}

Exchange::Exchange(std::shared_ptr<void> owner, Socket& socket, SocketDeadline& deadline, RequestHead head,
                   std::string body, bool keep_alive)
    : owner_(std::move(owner)),
      socket_(socket),
      deadline_(deadline),
      head_(std::move(head)),
      body_(std::move(body)),
      keep_alive_(keep_alive),
      wake_(socket.get_executor()) {}

asio::awaitable<void> Exchange::write(std::string text) {
  if (gone_) co_return;
  deadline_.arm(kWritePatience, owner_);
  const auto buffer = asio::buffer(text);
  const auto [error, size] = co_await asio::async_write(socket_, buffer, kAwait);
  deadline_.disarm();
  if (error) gone_ = true;
}

asio::awaitable<void> Exchange::reply(Response response) {
  if (!response.refused_as.empty()) refusal_ = Refusal{response.status, response.refused_as, {}, {}};
  std::string text = response_text(response, keep_alive_);
  co_await write(std::move(text));
  answered_ = true;
}

asio::awaitable<void> Exchange::begin_events(Fields fields) {
  std::string text = event_stream_head(fields, keep_alive_);
  co_await write(std::move(text));
}

asio::awaitable<void> Exchange::send_events(std::string text) {
  if (text.empty()) co_return;
  std::string framed = chunk(text);
  co_await write(std::move(framed));
}

asio::awaitable<void> Exchange::end_events() {
  std::string text(kLastChunk);
  co_await write(std::move(text));
  answered_ = true;
}

asio::awaitable<void> Exchange::wait_until(TimePoint time) {
  if (gone_) co_return;
  wake_.expires_at(time);
  co_await wake_.async_wait(kAwait);
}

void Exchange::turn_away() {
  turned_away_ = true;
  wake();
}

void Exchange::watch_client() {
  if (std::exchange(watches_, true)) return;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](boost::system::error_code stopped) {
    if (!self->watches_) return;
    char next = 0;
    const auto count =
        stopped ? -1 : ::recv(self->socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    // A next request that is here already is read when this one is answered.
    if (count > 0) return;
    const bool nothing_yet = !stopped && count < 0 && (errno == EAGAIN || errno == EINTR);
    self->watches_ = false;
    if (nothing_yet) return self->watch_client();
    self->gone_ = true;
    self->wake();
  });
}

void Exchange::finish() {
  if (!std::exchange(watches_, false)) return;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

}  // namespace governor::gateway
