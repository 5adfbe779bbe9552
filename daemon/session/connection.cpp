#include "daemon/session/connection.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/monotonic_resource.hpp>

#include "daemon/mcp/listen_messages.hpp"
#include "daemon/support/limits.hpp"
#include "daemon/support/unforeseen.hpp"
#include "ipc/numbered_line.hpp"

namespace governor::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadBytes = 16 * 1024;
/// After the client has ended its side, what it asked before is still answered, within this time.
constexpr std::chrono::seconds kReplyDrainLimit{5};
const core::Error kStopping(core::ErrorCode::shutting_down, "The daemon stops; the wait has ended.",
                            "Ask again: a new daemon will be started.");
const core::Error kClientEnded(core::ErrorCode::deadline_exceeded,
                               "The client has ended its side of the connection; the wait has ended.");
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Connection::Strand>());

}  // namespace

Connection::Connection(Socket socket, ipc::PeerCredentials peer, const ConnectionServices& services)
    : socket_(std::move(socket)),
      strand_(asio::make_strand(socket_.get_executor())),
      peer_(peer),
      services_(services),
      decoder_(kMaxLineBytes + ipc::kMaxNumberPrefix),
      interpreter_(services.environment),
      answered_(strand_) {}

std::shared_ptr<Connection> Connection::self() {
  return std::static_pointer_cast<Connection>(shared_from_this());
}

void Connection::start(std::function<void()> on_closed) {
  on_closed_ = std::move(on_closed);
  services_.counters.connections.fetch_add(1, std::memory_order_relaxed);
  services_.tasks.spawn(strand_, "connection", serve());
}

/// Whatever happens to one connection, it ends in order and takes nothing with it.
Connection::Task Connection::serve() {
  const auto keep_alive = self();
  try {
    co_await read_loop();
  } catch (const std::exception& failure) {
    spdlog::error("connection of pid {} failed: {}", peer_.pid, failure.what());
  }
  finish();
}

Connection::Task Connection::read_loop() {
  while (!draining_ && !closed_) {
    const auto room = decoder_.prepare(kReadBytes);
    const auto buffer = asio::buffer(room.data(), room.size());
    const auto [error, size] = co_await socket_.async_read_some(buffer, kAwait);
    if (error) break;
    decoder_.commit(size);
    handle_available_lines();
    while (unanswered_ >= kMaxUnanswered && !closed_) {
      answered_.expires_at(Timer::time_point::max());
      co_await answered_.async_wait(kAwait);
      handle_available_lines();
    }
  }
  if (!draining_) services_.state.end_waits(self(), kClientEnded);
  co_await wait_until_answered();
}

Connection::Task Connection::wait_until_answered() {
  const auto limit = std::chrono::steady_clock::now() + kReplyDrainLimit;
  while (!closed_ && (unanswered_ > 0 || !writing_.empty() || !queued_.empty()) &&
         std::chrono::steady_clock::now() < limit) {
    answered_.expires_at(limit);
    co_await answered_.async_wait(kAwait);
  }
}

void Connection::finish() {
  close_on_strand();
  services_.state.detach(self(), goodbye_ || !said_hello_);
  services_.counters.connections.fetch_sub(1, std::memory_order_relaxed);
  on_closed_();
}

void Connection::close_on_strand() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  answered_.cancel();
}

void Connection::close() {
  asio::dispatch(strand_, [connection = self()] { connection->close_on_strand(); });
}

void Connection::supersede() {
  close();
}

void Connection::drain() {
  asio::dispatch(strand_, [connection = self()] {
    if (std::exchange(connection->draining_, true) || connection->closed_) return;
    // A proxy sends its open subscriptions again to the next daemon; a plain client is told that its stream
    // ends.
    for (const auto& [id, listen] : std::exchange(connection->listens_, {})) {
      if (listen.line == 0) connection->send(0, result_reply(id, listen_result_json(id)));
    }
    connection->services_.state.end_waits(connection, kStopping);
    boost::system::error_code ignored;
    connection->socket_.shutdown(Socket::shutdown_receive, ignored);  // ends the read and lets writes go on
    connection->answered_.cancel();
  });
}

void Connection::handle_available_lines() {
  const Activity::Scope scope(services_.loop, "lines of a client");
  while (unanswered_ < kMaxUnanswered && !closed_) {
    const auto event = decoder_.next();
    if (event.kind == ipc::LineDecoder::Kind::none) return;
    if (event.kind == ipc::LineDecoder::Kind::too_long) {
      const auto line = ipc::classify(event.text);
      const bool numbered = line.kind == ipc::LineKind::numbered && said_hello_;
      if (numbered) last_number_ = std::max(last_number_, line.numbered.number);
      refuse_too_long(numbered ? line.numbered.number : 0, event.dropped_bytes, *event.outline);
    } else {
      handle_line(event.text);
    }
  }
}

void Connection::refuse_too_long(std::uint64_t number, std::size_t bytes,
                                 const ipc::MessageOutline& outline) {
  core::Error error(core::ErrorCode::limit_exceeded,
                    fmt::format("The line has {} bytes; accepted: at most {}.", bytes, kMaxLineBytes),
                    "Send less in one message.");
  send(number, domain_error_reply(outline.request_id(), kInvalidRequest, error));
}

void Connection::handle_line(std::string_view line) {
  const auto classified = ipc::classify(line);
  switch (classified.kind) {
    case ipc::LineKind::empty: return;
    case ipc::LineKind::keepalive: send(0, "0"); return;
    case ipc::LineKind::plain: handle_message(0, classified.numbered.payload); return;
    case ipc::LineKind::malformed:
      send(0, error_reply("", kParseError, fmt::format("The line is no message: {}", classified.reason)));
      return;
    case ipc::LineKind::numbered: break;
  }
  const std::uint64_t number = classified.numbered.number;
  if (!said_hello_ || is_passing_) {
    send(0, error_reply("", kInvalidRequest,
                        is_passing_ ? "Numbered lines need a governor/hello that names a session."
                                    : "Numbered lines need governor/hello first."));
  } else if (number <= last_number_) {
    send(0, error_reply("", kInvalidRequest,
                        fmt::format("Line number {} is not above {}, the last one; the line is ignored.",
                                    number, last_number_)));
  } else {
    last_number_ = number;
    handle_message(number, classified.numbered.payload);
  }
}

void Connection::handle_message(std::uint64_t number, std::string_view text) {
  if (text.size() > kMaxLineBytes) {
    refuse_too_long(number, text.size(), ipc::MessageOutline(text));
    return;
  }
  services_.counters.requests.fetch_add(1, std::memory_order_relaxed);
  // Most messages fit the stack; a tree of values is then built and dropped without a single allocation.
  std::array<unsigned char, 8192> memory;
  boost::json::monotonic_resource resource(memory.data(), memory.size());
  const Message message = Message::parse(text, &resource);
  try {
    act(number, interpreter_.interpret(message, number != 0));
  } catch (const std::exception& failure) {
    // Without an answer the line would come again over the next connection, and end that one as well.
    spdlog::critical("a line of pid {} failed in a way that was not foreseen: {}", peer_.pid, failure.what());
    const auto* request = std::get_if<Request>(&message.content());
    send(number, request == nullptr ? std::string()
                                    : domain_error_reply(request->id, kInternalError, unforeseen(failure)));
  }
}

void Connection::act(std::uint64_t number, Action action) {
  std::visit([&]<class Chosen>(Chosen&& chosen) { perform(number, std::forward<Chosen>(chosen)); },
             std::move(action));
}

}  // namespace governor::daemon
