// What leaves: answers and notices, queued, and written together.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "daemon/mcp/catalogue.hpp"
#include "daemon/mcp/listen_messages.hpp"
#include "daemon/mcp/resource_methods.hpp"
#include "daemon/session/connection.hpp"
#include "daemon/support/limits.hpp"
#include "ipc/json_text.hpp"
#include "ipc/numbered_line.hpp"

namespace governor::daemon {
namespace {

/// Room for output that is kept between replies.
constexpr std::size_t kKeptOutput = 64 * 1024;
constexpr std::int64_t kWriteLimitUs = 30'000'000;

}  // namespace

/// Whatever fails while it is answered, the connection ends with it, so that its client connects again and
/// asks for what is missing.
template <class Operation>
void Connection::on_strand(Operation operation) {
  boost::asio::dispatch(strand_, [connection = self(), operation = std::move(operation)] {
    try {
      operation();
    } catch (const std::exception& failure) {
      spdlog::critical("connection of pid {} failed: {}", connection->peer_.pid, failure.what());
      connection->close_on_strand();
    }
  });
}

void Connection::deliver(Ticket ticket, core::Result<std::string> outcome) {
  on_strand([connection = self(), ticket = std::move(ticket), outcome = std::move(outcome)] {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                            ticket.started);
    connection->services_.counters.request_latency.add(static_cast<std::uint64_t>(took.count()));
    connection->note_operation(ticket, took.count());
    --connection->unanswered_;
    const Envelope& envelope = ticket.envelope;
    if (ticket.kind == Ticket::Kind::tool) {
      connection->send(ticket.line, tool_reply(envelope, outcome, ticket.tool));
    } else if (ticket.kind == Ticket::Kind::resource || ticket.kind == Ticket::Kind::subscription) {
      connection->send(ticket.line, resource_reply(envelope, outcome));
    } else if (ticket.kind == Ticket::Kind::listen) {
      connection->answer_listen(ticket, outcome);
    } else if (outcome) {
      connection->send(ticket.line, result_reply(envelope.id, *outcome));
    } else {
      connection->send(ticket.line,
                       domain_error_reply(envelope.id, rpc_code(outcome.error()), outcome.error()));
      // Without a session no numbered line may be taken; the client connects again.
      if (ticket.kind == Ticket::Kind::hello) connection->drain();
    }
    connection->answered_.cancel();
    connection->end_if_done();
  });
}

void Connection::forget(Ticket ticket, Forget why) {
  on_strand([connection = self(), ticket = std::move(ticket), why] {
    --connection->unanswered_;
    // Every numbered line gets its answer, if only an empty one.
    if (why == Forget::cancelled && ticket.line != 0) connection->send(ticket.line, {});
    connection->answered_.cancel();
    connection->end_if_done();
  });
}

void Connection::note_operation(const Ticket& ticket, std::int64_t took_us) {
  Diagnosis* diagnosis = services_.environment.diagnosis;
  if (diagnosis == nullptr || ticket.kind != Ticket::Kind::tool) return;
  const auto place = static_cast<std::size_t>(ticket.tool - all_tools().data());
  diagnosis->operations.add(place, ticket.tool->name, ticket.agent_id, took_us);
}

/// The request itself stays unanswered as long as its stream is open.
void Connection::answer_listen(const Ticket& ticket, const core::Result<std::string>& outcome) {
  const auto found = listens_.find(ticket.envelope.id);
  if (found == listens_.end() || found->second.key != ticket.listen) return;  // cancelled meanwhile
  if (outcome) {
    send(0, *outcome);
  } else {
    listens_.erase(found);
    send(ticket.line, domain_error_reply(ticket.envelope.id, kInvalidParams, outcome.error()));
  }
}

void Connection::notify(std::vector<Notice> notices) {
  on_strand([connection = self(), notices = std::move(notices)] {
    if (connection->closed_) return;
    bool any = false;
    for (const Notice& notice : notices) {
      const auto is_its_stream = [&](const auto& open) { return open.second.key == notice.listen; };
      if (notice.listen != 0 &&
          std::none_of(connection->listens_.begin(), connection->listens_.end(), is_its_stream)) {
        continue;  // cancelled meanwhile
      }
      connection->send(0, *notice.line);
      any = true;
    }
    if (any) {
      connection->notices_queued_ = true;
    } else {
      connection->services_.state.notices_taken(connection);
    }
  });
}

void Connection::tell(std::string line) {
  boost::asio::dispatch(strand_,
                        [connection = self(), line = std::move(line)] { connection->send(0, line); });
}

void Connection::resume(std::string revision, std::string tools) {
  boost::asio::dispatch(strand_,
                        [connection = self(), revision = std::move(revision), tools = std::move(tools)] {
                          connection->interpreter_.resume(revision, tools);
                        });
}

void Connection::send(std::uint64_t number, std::string_view text) {
  if (closed_) return;
  if (queued_.size() + writing_.size() + text.size() > kMaxQueuedOutput) {
    spdlog::warn("client with pid {} does not read its answers and is disconnected", peer_.pid);
    close_on_strand();
    return;
  }
  if (number != 0) {
    ipc::append_number(queued_, number);
    if (!text.empty()) queued_ += ' ';
  }
  ipc::append_on_one_line(queued_, text);
  queued_ += '\n';
  schedule_write();
}

/// The write begins after what is ready by now has been handled: the answers of one batch then leave
/// together, and the reader is woken once.
void Connection::schedule_write() {
  if (!writing_.empty() || write_scheduled_) return;
  write_scheduled_ = true;
  boost::asio::post(strand_, [connection = self()] {
    connection->write_scheduled_ = false;
    if (!connection->closed_ && connection->writing_.empty()) connection->start_write();
  });
}

void Connection::start_write() {
  std::swap(writing_, queued_);
  notices_writing_ = std::exchange(notices_queued_, false);
  writing_since_us_.store(steady_us(std::chrono::steady_clock::now()), std::memory_order_relaxed);
  boost::asio::async_write(socket_, boost::asio::buffer(writing_),
                           boost::asio::bind_executor(
                               strand_, [connection = self()](boost::system::error_code error, std::size_t) {
                                 connection->writing_.clear();
                                 if (connection->writing_.capacity() > kKeptOutput)
                                   connection->writing_.shrink_to_fit();
                                 connection->writing_since_us_.store(0, std::memory_order_relaxed);
                                 if (std::exchange(connection->notices_writing_, false)) {
                                   connection->services_.state.notices_taken(connection);
                                 }
                                 if (error) {
                                   connection->close_on_strand();
                                 } else if (!connection->closed_ && !connection->queued_.empty()) {
                                   connection->start_write();
                                 }
                                 connection->answered_.cancel();
                               }));
}

void Connection::check_writing(std::chrono::steady_clock::time_point now) {
  const std::int64_t since = writing_since_us_.load(std::memory_order_relaxed);
  if (since == 0 || steady_us(now) - since < kWriteLimitUs) return;
  spdlog::warn("client with pid {} has not read for 30 s and is disconnected", peer_.pid);
  close();
}

}  // namespace governor::daemon
