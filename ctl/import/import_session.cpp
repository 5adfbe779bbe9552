#include "ctl/import/import_session.hpp"

#include <chrono>
#include <utility>

#include "ctl/import/import_request.hpp"
#include "ctl/json_fields.hpp"

namespace governor::ctl::legacy {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostWaiting = 64;
constexpr std::size_t kMostBytes = 4 * 1024 * 1024;
constexpr std::chrono::seconds kPatience{60};

constexpr int kMethodNotFound = -32601;

Outcome outcome_of(const json::object& result) {
  const std::string word = text_field(result, "outcome");
  Outcome outcome{Outcome::Kind::unknown, {}};
  for (const auto kind : {Outcome::Kind::imported, Outcome::Kind::would_import, Outcome::Kind::unchanged,
                          Outcome::Kind::exists}) {
    if (word == to_string(kind)) outcome.kind = kind;
  }
  if (result.contains("detail")) outcome.detail = text_field(result, "detail");
  return outcome;
}

/// A fault of the daemon or its disk, which the next agent would meet as well.
bool ends_the_import(const json::object& error, std::string_view code) {
  return count_field(error, "code") == kMethodNotFound || code == "storage_unavailable" ||
         code == "overloaded" || code == "shutting_down";
}

/// Of two parts of an agent: what is to be said of the whole.
Outcome joined(Outcome first, Outcome second) {
  const auto weight = [](const Outcome& o) {
    switch (o.kind) {
      case Outcome::Kind::not_asked:
      case Outcome::Kind::unchanged: return 0;
      case Outcome::Kind::imported:
      case Outcome::Kind::would_import: return 1;
      case Outcome::Kind::exists: return 2;
      case Outcome::Kind::refused: return 3;
      case Outcome::Kind::unknown: return 4;
    }
    return 4;
  };
  return weight(second) > weight(first) ? std::move(second) : std::move(first);
}

}  // namespace

std::string_view to_string(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::not_asked: return "not_asked";
    case Outcome::Kind::imported: return "imported";
    case Outcome::Kind::would_import: return "would_import";
    case Outcome::Kind::unchanged: return "unchanged";
    case Outcome::Kind::exists: return "exists";
    case Outcome::Kind::refused: return "refused";
    case Outcome::Kind::unknown: return "unknown";
  }
  return "unknown";
}

ipc::Result<void> ImportSession::submit(const ImportedAgent& agent, Done done) {
  if (agent.rows.rows() > kRowsPerRequest) return submit_in_parts(agent, done);
  return send(import_request(agent, dry_run_), std::move(done));
}

/// One part after the other, since each continues what the one before has stored.
ipc::Result<void> ImportSession::submit_in_parts(const ImportedAgent& agent, const Done& done) {
  Outcome whole;
  for (std::size_t begin = 0; begin < agent.rows.rows(); begin += kRowsPerRequest) {
    const bool first = begin == 0;
    const auto sent = send(import_request(agent, dry_run_, begin), [&whole, first](Outcome part) {
      whole = first ? std::move(part) : joined(std::move(whole), std::move(part));
    });
    const auto finished = sent ? finish() : sent;
    if (!finished) {
      abandon();  // what waits refers to `whole`
      done({Outcome::Kind::unknown, {}});
      return finished.error();
    }
    if (whole.kind == Outcome::Kind::exists || whole.kind == Outcome::Kind::refused) break;
  }
  done(std::move(whole));
  return {};
}

ipc::Result<void> ImportSession::send(json::object params, Done done) {
  json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = next_id_;
  request["method"] = "governor/import";
  request["params"] = std::move(params);
  const std::string line = json::serialize(request);
  while (!waiting_.empty() &&
         (waiting_.size() >= kMostWaiting || waiting_bytes_ + line.size() > kMostBytes)) {
    if (auto received = receive(); !received) return received.error();
  }
  if (auto sent = client_.send_line(line); !sent) return sent.error();
  waiting_bytes_ += line.size();
  waiting_.emplace(next_id_++, Waiting{line.size(), std::move(done)});
  return {};
}

ipc::Result<void> ImportSession::receive() {
  const auto line = client_.receive_line(ipc::Deadline::after(kPatience));
  if (!line) return line.error();
  json::error_code failure;
  const json::value answer = json::parse(*line, failure);
  if (failure || !answer.is_object()) {
    return ipc::Error{ipc::Errc::protocol_error, 0, "the daemon sent something that is no JSON object"};
  }
  const json::object& object = answer.get_object();
  const auto found = waiting_.find(count_field(object, "id"));
  if (found == waiting_.end()) return {};
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  waiting_bytes_ -= waiting.bytes;
  const json::object& error = object_field(object, "error");
  if (error.empty()) {
    waiting.done(outcome_of(object_field(object, "result")));
    return {};
  }
  if (ends_the_import(error, text_field(object_field(error, "data"), "code"))) {
    const bool old = count_field(error, "code") == kMethodNotFound;
    return ipc::Error{ipc::Errc::remote_error, 0,
                      old ? "the daemon is of an older build that cannot import; run: governorctl restart"
                          : text_field(error, "message")};
  }
  waiting.done({Outcome::Kind::refused, text_field(error, "message")});
  return {};
}

ipc::Result<void> ImportSession::finish() {
  while (!waiting_.empty()) {
    if (auto received = receive(); !received) return received.error();
  }
  return {};
}

void ImportSession::abandon() {
  for (auto& [id, waiting] : std::exchange(waiting_, {})) waiting.done({Outcome::Kind::unknown, {}});
  waiting_bytes_ = 0;
}

}  // namespace governor::ctl::legacy
