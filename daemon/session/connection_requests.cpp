// What a line asks for: each kind of it is handed to the state, or answered at once.
#include <fmt/format.h>

#include "daemon/mcp/catalogue.hpp"
#include "daemon/session/connection.hpp"
#include "daemon/state/internal_sink.hpp"
#include "daemon/support/limits.hpp"
#include "ipc/process_identity.hpp"

namespace governor::daemon {
namespace {

/// How far above a client the program of its deployment may be.
constexpr std::size_t kMaxAncestors = 32;

}  // namespace

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

void Connection::perform(std::uint64_t number, const ReplyNow& action) {
  send(number, action.text);
}

void Connection::perform(std::uint64_t number, Refuse action) {
  ensure_session(action.client_name, action.client_version);
  note_client(action.client_name, action.client_version);
  services_.state.note_refused(self(), std::move(action.what), std::move(action.error));
  send(number, action.text);
}

void Connection::perform(std::uint64_t number, const ReplyHealth& action) {
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

void Connection::perform(std::uint64_t number, const StopDaemon& action) {
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

}  // namespace governor::daemon
