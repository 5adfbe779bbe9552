#include "gateway/http/http_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "ipc/peer_credentials.hpp"

namespace governor::gateway {
namespace {

namespace asio = boost::asio;

/// When descriptors run out, trying again at once would only burn a processor.
constexpr std::chrono::milliseconds kBackoff{100};

int family_of(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return AF_UNSPEC;
  return address.ss_family;
}

/// Through a Unix socket the kernel tells who comes.
bool is_welcome(int fd) {
  if (family_of(fd) != AF_UNIX) return true;
  const auto peer = ipc::peer_credentials(fd);
  return peer && peer->uid == ::geteuid();
}

}  // namespace

HttpServer::HttpServer(asio::io_context& context, RequestHandler& handler)
    : context_(context), handler_(handler) {}

void HttpServer::listen(ipc::UniqueFd socket) {
  const int family = family_of(socket.get());
  const asio::generic::stream_protocol protocol(family, 0);
  const auto acceptor = std::make_shared<Acceptor>(context_, protocol, socket.release());
  acceptors_.push_back(acceptor);
  asio::co_spawn(context_, accept_loop(acceptor), [](const std::exception_ptr& failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      spdlog::critical("nobody is let in any more: {}", error.what());
    }
  });
}

Task HttpServer::accept_loop(std::shared_ptr<Acceptor> acceptor) {
  asio::steady_timer backoff(context_);
  while (acceptor->is_open()) {
    Socket socket(context_);
    const auto [error] = co_await acceptor->async_accept(socket, kAwait);
    if (closed_) co_return;
    if (!error) {
      try {
        take(std::move(socket));
      } catch (const std::exception& failure) {  // of one connection; others are still let in
        spdlog::error("a connection could not be taken: {}", failure.what());
      }
    } else if (acceptor->is_open()) {
      spdlog::warn("accept failed: {}", error.message());
      backoff.expires_after(kBackoff);
      co_await backoff.async_wait(kAwait);
    }
  }
}

void HttpServer::take(Socket socket) {
  if (!is_welcome(socket.native_handle())) return;
  if (!make_room()) {
    Refusal refusal{503, "too_many_connections", "All connections are in use.", "Try again later."};
    handler_.note_refusal(refusal, {});
    // Its own buffer has room for this, and nobody waits for one that reads nothing.
    const std::string text = response_text(Response::of(refusal), false);
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    return;
  }
  // Of a Unix socket it is an error, and not needed. Else the second piece of an answer waits for the client
  // to acknowledge the first, which it does after 40 ms.
  const int at_once = 1;
  static_cast<void>(::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once));
  const auto connection = std::make_shared<HttpConnection>(std::move(socket), handler_);
  const auto place = connections_.insert(connections_.end(), connection);
  connection->start([this, place] { connections_.erase(place); });
}

/// Those who have come and not yet said anything make room for others, the oldest first: so who opens many
/// connections keeps nobody out for long.
bool HttpServer::make_room() {
  if (connections_.size() < kMostConnections) return true;
  const auto silent = std::find_if(connections_.begin(), connections_.end(),
                                   [](const auto& one) { return one->has_said_nothing(); });
  if (silent == connections_.end()) return false;
  (*silent)->close();
  handler_.note_refusal({503, "gave_way", "It said nothing, and others came.", "Send the request at once."},
                        {});
  // It leaves the list when its coroutine has ended; until then there is one more than there should be.
  return connections_.size() < 2 * kMostConnections;
}

void HttpServer::close() {
  closed_ = true;
  boost::system::error_code ignored;
  for (const auto& acceptor : acceptors_) acceptor->close(ignored);
  for (const auto& connection : connections_) connection->close();
}

}  // namespace governor::gateway
