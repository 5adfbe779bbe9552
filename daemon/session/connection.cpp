#include "daemon/session/connection.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/monotonic_resource.hpp>

#include "daemon/mcp/catalogue.hpp"
#include "daemon/mcp/listen_messages.hpp"
#include "daemon/mcp/resource_methods.hpp"
#include "daemon/state/internal_sink.hpp"
#include "daemon/support/limits.hpp"
#include "daemon/support/unforeseen.hpp"
#include "ipc/json_text.hpp"
#include "ipc/numbered_line.hpp"
#include "ipc/process_identity.hpp"

namespace governor::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadBytes = 16 * 1024;
/// Room for output that is kept between replies.
constexpr std::size_t kKeptOutput = 64 * 1024;
/// After the client has ended its side, what it asked before is still answered, within this time.
constexpr std::chrono::seconds kReplyDrainLimit{5};
constexpr std::int64_t kWriteLimitUs = 30'000'000;
/// How far above a client the program of its deployment may be.
constexpr std::size_t kMaxAncestors = 32;
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

void Connection::check_writing(std::chrono::steady_clock::time_point now) {
  const std::int64_t since = writing_since_us_.load(std::memory_order_relaxed);
  if (since == 0 || steady_us(now) - since < kWriteLimitUs) return;
  spdlog::warn("client with pid {} has not read for 30 s and is disconnected", peer_.pid);
  close();
}

// Input.

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
  std::visit([&](auto&& chosen) { perform(number, std::move(chosen)); }, std::move(action));
}

// What a line asks for.

Ticket Connection::ticket(Ticket::Kind kind, std::uint64_t number, Envelope envelope) {
  ++unanswered_;
  return {kind, number, std::move(envelope), std::chrono::steady_clock::now()};
}

core::Session Connection::described(core::Session session) const {
  session.process.pid = peer_.pid;
  if (const auto identity = ipc::identify_process(peer_.pid)) {
    session.process.start_time = identity->start_time;
    session.process.boot_id = identity->boot_id;
  }
  if (services_.counters.live_deployments > 0) {
    for (ipc::ProcessIdentity& process : ipc::process_ancestors(peer_.pid, kMaxAncestors))
      session.ancestors.push_back({process.pid, process.start_time, std::move(process.boot_id)});
  }
  return session;
}

void Connection::perform(std::uint64_t number, Ignore) {
  if (number != 0) send(number, {});
}

void Connection::perform(std::uint64_t number, ReplyNow action) {
  send(number, action.text);
}

void Connection::perform(std::uint64_t number, Refuse action) {
  ensure_session(action.client_name, action.client_version);
  note_client(action.client_name, action.client_version);
  services_.state.note_refused(self(), std::move(action.what), std::move(action.error));
  send(number, action.text);
}

void Connection::perform(std::uint64_t number, ReplyHealth action) {
  std::string result;
  JsonWriter json(result);
  json.begin_object();
  write_health_fields(json, services_.environment.facts, services_.counters,
                      std::chrono::steady_clock::now());
  json.end_object();
  send(number, result_reply(action.id, result));
}

void Connection::perform(std::uint64_t number, ReplyStatus action) {
  services_.state.report_status(self(), ticket(Ticket::Kind::result, number, {std::move(action.id)}));
}

void Connection::perform(std::uint64_t number, OpenSession action) {
  said_hello_ = true;
  client_name_ = action.session.client_name;
  is_passing_ = action.session.passing;
  if (is_passing_) action.session.id = services_.environment.random_hex(16);
  services_.state.open_session(self(), described(std::move(action.session)),
                               ticket(Ticket::Kind::hello, number, {std::move(action.id)}));
}

void Connection::perform(std::uint64_t number, Initialize action) {
  std::string result = initialize_json(action.envelope.revision);
  services_.state.initialize(self(), std::move(action.client_name), std::move(action.client_version),
                             ticket(Ticket::Kind::result, number, std::move(action.envelope)),
                             std::move(result));
}

void Connection::ensure_session(std::string client_name, std::string client_version) {
  if (said_hello_ || std::exchange(has_plain_session_, true)) return;
  core::Session session;
  session.id = services_.environment.random_hex(16);
  session.client_name = std::move(client_name);
  session.client_version = std::move(client_version);
  services_.state.open_plain_session(self(), described(std::move(session)));
}

void Connection::note_client(const std::string& client_name, const std::string& client_version) {
  if (!said_hello_ || client_name.empty() || client_name == client_name_) return;
  client_name_ = client_name;
  services_.state.note_client(self(), client_name, client_version);
}

/// If the daemon ends before it is taken down, the user is asked again: the call that waits for it comes
/// again.
void Connection::perform(std::uint64_t number, AnswerAsked action) {
  send(number, {});
  static constexpr Operation kAnswer{"answer of a client's user", Effect::cumulative};
  PendingCall call;
  call.sink = std::make_shared<InternalSink>(InternalSink::Success::is_silent, "taking down a user's answer");
  call.ticket.started = std::chrono::steady_clock::now();
  call.ticket.operation = kAnswer.name;
  call.call = std::move(action.call);
  call.operation = &kAnswer;
  services_.state.call(std::move(call));
}

void Connection::perform(std::uint64_t number, CallTool action) {
  if (!action.operation->is_read_only()) ensure_session(action.client_name, action.client_version);
  note_client(action.client_name, action.client_version);
  PendingCall call;
  call.sink = self();
  call.ticket = ticket(action.tool != nullptr ? Ticket::Kind::tool : Ticket::Kind::result, number,
                       std::move(action.envelope));
  call.ticket.operation = action.operation->name;
  call.ticket.tool = action.tool;
  call.call = std::move(action.call);
  call.operation = action.operation;
  call.progress_token = std::move(action.progress_token);
  services_.state.call(std::move(call));
}

void Connection::perform(std::uint64_t number, AskResource action) {
  const bool subscribes = !action.method->is_read_only();
  if (subscribes) ensure_session({}, {});
  PendingCall call;
  call.sink = self();
  call.ticket = ticket(subscribes ? Ticket::Kind::subscription : Ticket::Kind::resource, number,
                       std::move(action.envelope));
  call.call = std::move(action.call);
  call.operation = action.method;
  call.ticket.operation = action.method->name;
  services_.state.call(std::move(call));
}

void Connection::perform(std::uint64_t number, ConfirmAnswers action) {
  services_.state.confirm(self(), action.below, std::move(action.also));
  if (number != 0) send(number, {});
}

/// It is the client's own, on a plain line: what an agent writes comes on numbered ones.
void Connection::perform(std::uint64_t number, Goodbye) {
  if (number != 0) return send(number, {});
  goodbye_ = true;
  end_if_done();
}

/// The session is over when what was asked before the goodbye is answered, though the connection may stay.
void Connection::end_if_done() {
  if (goodbye_ && unanswered_ == 0) services_.state.detach(self(), true);
}

void Connection::perform(std::uint64_t number, StopDaemon action) {
  send(number, action.reply);
  services_.stop_daemon(action.reason);
}

void Connection::perform(std::uint64_t number, Listen action) {
  if (listens_.size() >= kMaxSubscriptions) {
    const core::Error error(
        core::ErrorCode::limit_exceeded,
        fmt::format("{} subscriptions are open on this connection, the limit.", listens_.size()),
        "Cancel one of them, or name all resources in one.");
    send(number, domain_error_reply(action.id, kInvalidParams, error));
    return;
  }
  if (!listens_.emplace(action.id, OpenListen{number, last_listen_ + 1}).second) {
    send(number, error_reply(action.id, kInvalidRequest, "A subscription with this id is open already."));
    return;
  }
  Ticket asked = ticket(Ticket::Kind::listen, number, {std::move(action.id), Revision::v2026_07_28});
  asked.listen = ++last_listen_;
  services_.state.listen(self(), std::move(action.uris), std::move(asked));
}

void Connection::perform(std::uint64_t number, CancelRequest action) {
  const auto found = listens_.find(action.id);
  if (found != listens_.end()) {
    services_.state.end_listen(self(), found->second.key);
    if (found->second.line != 0) send(found->second.line, {});
    listens_.erase(found);
  } else {
    services_.state.cancel(self(), std::move(action.id));
  }
  if (number != 0) send(number, {});
}

// Output.

/// Whatever fails while it is answered, the connection ends with it, so that its client connects again and
/// asks for what is missing.
template <class Operation>
void Connection::on_strand(Operation operation) {
  asio::dispatch(strand_, [connection = self(), operation = std::move(operation)] {
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
  asio::dispatch(strand_, [connection = self(), line = std::move(line)] { connection->send(0, line); });
}

void Connection::resume(std::string revision, std::string tools) {
  asio::dispatch(strand_, [connection = self(), revision = std::move(revision), tools = std::move(tools)] {
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
  asio::post(strand_, [connection = self()] {
    connection->write_scheduled_ = false;
    if (!connection->closed_ && connection->writing_.empty()) connection->start_write();
  });
}

void Connection::start_write() {
  std::swap(writing_, queued_);
  notices_writing_ = std::exchange(notices_queued_, false);
  writing_since_us_.store(steady_us(std::chrono::steady_clock::now()), std::memory_order_relaxed);
  asio::async_write(
      socket_, asio::buffer(writing_),
      asio::bind_executor(strand_, [connection = self()](boost::system::error_code error, std::size_t) {
        connection->writing_.clear();
        if (connection->writing_.capacity() > kKeptOutput) connection->writing_.shrink_to_fit();
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

}  // namespace governor::daemon
