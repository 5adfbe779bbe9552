#include "daemon/lifecycle/listener.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace governor::daemon {
namespace {

namespace asio = boost::asio;
constexpr auto kAwaitOnStrand = asio::as_tuple(asio::use_awaitable_t<Listener::Strand>());
/// When descriptors run out, trying again at once would only burn a processor.
constexpr std::chrono::milliseconds kBackoff{100};

}  // namespace

Listener::Listener(Strand strand, ipc::UniqueFd listening, OnConnection on_connection, OnRefused on_refused)
    : strand_(std::move(strand)),
      acceptor_(strand_, asio::local::stream_protocol(), listening.release()),
      backoff_(strand_),
      on_connection_(std::move(on_connection)),
      on_refused_(std::move(on_refused)) {
  acceptor_.non_blocking(true);
}

void Listener::start(TaskScope& tasks) {
  tasks.spawn(strand_, "accepting", accept_loop());
}

asio::awaitable<void, Listener::Strand> Listener::accept_loop() {
  const auto keep_alive = shared_from_this();
  while (acceptor_.is_open()) {
    // The socket gets the context's plain executor: each connection makes a strand of its own on it.
    auto [error, socket] = co_await acceptor_.async_accept(strand_.get_inner_executor(), kAwaitOnStrand);
    if (!error) {
      try {
        take(std::move(socket));
      } catch (const std::exception& failure) {  // of one connection; others are still let in
        spdlog::error("a connection could not be taken: {}", failure.what());
      }
    } else if (acceptor_.is_open() && error != asio::error::operation_aborted) {
      spdlog::warn("accept failed: {}", error.message());
      backoff_.expires_after(kBackoff);
      co_await backoff_.async_wait(kAwaitOnStrand);
    }
  }
}

void Listener::take(Socket socket) {
  const auto peer = ipc::peer_credentials(socket.native_handle());
  if (!peer) return;
  if (peer->uid != ::geteuid()) {
    on_refused_(*peer);
    return;
  }
  on_connection_(std::move(socket), *peer);
}

std::size_t Listener::accept_waiting() {
  std::size_t accepted = 0;
  for (;;) {
    boost::system::error_code error;
    Socket socket(strand_.get_inner_executor());
    acceptor_.accept(socket, error);
    if (error) return accepted;
    ++accepted;
    take(std::move(socket));
  }
}

void Listener::refuse_new() {
  ::shutdown(acceptor_.native_handle(), SHUT_RD);
}

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  backoff_.cancel();
}

}  // namespace governor::daemon
