#include "ctl/import/import_session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "ctl/import/import_request.hpp"
#include "ctl/json_fields.hpp"

namespace governor::ctl::legacy {
namespace {

namespace json = boost::json;

constexpr std::size_t kAgentsPerRequest = 64;
constexpr std::size_t kBytesPerRequest = 1024 * 1024;
constexpr std::size_t kRequestsAhead = 3;
constexpr std::chrono::seconds kImportPatience{60};

constexpr std::int64_t kMethodNotFound = -32601;
constexpr std::int64_t kInvalidParams = -32602;

Outcome outcome_of(const json::value& value) {
  static const json::object kNone;
  const json::object& result = value.is_object() ? value.get_object() : kNone;
  const std::string word = text_field(result, "outcome");
  Outcome outcome{Outcome::Kind::unknown, {}};
  for (const auto kind : {Outcome::Kind::imported, Outcome::Kind::would_import, Outcome::Kind::unchanged,
                          Outcome::Kind::exists, Outcome::Kind::refused}) {
    if (word == to_string(kind)) outcome.kind = kind;
  }
  if (result.contains("detail")) outcome.detail = text_field(result, "detail");
  return outcome;
}

/// Of two parts of an agent: what is to be said of the whole.
Outcome joined(Outcome first, Outcome second) {
  const auto weight = [](const Outcome& outcome) {
    switch (outcome.kind) {
      case Outcome::Kind::not_asked: return 0;
      case Outcome::Kind::unchanged: return 1;
      case Outcome::Kind::imported:
      case Outcome::Kind::would_import: return 2;
      case Outcome::Kind::exists: return 3;
      case Outcome::Kind::refused: return 4;
      case Outcome::Kind::unknown: return 5;
    }
    return 5;
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
  const std::string text = json::serialize(import_object(agent));
  const bool full = batch_done_.size() >= kAgentsPerRequest ||
                    batch_.size() + text.size() > kBytesPerRequest ||
                    batch_rows_ + agent.rows.rows() > kRowsPerRequest;
  if (full) {
    if (auto flushed = flush(); !flushed) {
      done({Outcome::Kind::unknown, {}});
      return flushed.error();
    }
  }
  if (!batch_.empty()) batch_ += ',';
  batch_ += text;
  batch_rows_ += agent.rows.rows();
  batch_done_.push_back(std::move(done));
  return {};
}

/// One part after the other, since each continues what the one before has stored.
ipc::Result<void> ImportSession::submit_in_parts(const ImportedAgent& agent, const Done& done) {
  Outcome whole;
  auto sent = finish();
  for (std::size_t begin = 0; sent && begin < agent.rows.rows(); begin += kRowsPerRequest) {
    batch_ = json::serialize(import_object(agent, begin));
    batch_done_.emplace_back([&whole](Outcome part) { whole = joined(std::move(whole), std::move(part)); });
    sent = finish();
    if (whole.kind == Outcome::Kind::exists || whole.kind == Outcome::Kind::refused) break;
  }
  if (!sent) {
    abandon();  // what waits refers to `whole`
    whole = {Outcome::Kind::unknown, {}};
  }
  done(std::move(whole));
  return sent;
}

/// Sends the request that has been gathered.
ipc::Result<void> ImportSession::flush() {
  if (batch_done_.empty()) return {};
  while (waiting_.size() >= kRequestsAhead) {
    if (auto received = receive(); !received) return received.error();
  }
  const std::string line =
      fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"governor/import{}","params":{{"agents":[{}]}}}})",
                  next_id_, dry_run_ ? "_check" : "", batch_);
  if (auto sent = client_.send_line(line); !sent) return sent.error();
  waiting_.emplace(next_id_++, std::exchange(batch_done_, {}));
  batch_.clear();
  batch_rows_ = 0;
  return {};
}

ipc::Result<void> ImportSession::receive() {
  const auto line = client_.receive_line(ipc::Deadline::after(kImportPatience));
  if (!line) return line.error();
  json::error_code failure;
  const json::value answer = json::parse(*line, failure);
  if (failure || !answer.is_object()) {
    return ipc::Error{ipc::Errc::protocol_error, 0, "the daemon sent something that is no JSON object"};
  }
  const json::object& object = answer.get_object();
  const auto found = waiting_.find(count_field(object, "id"));
  if (found == waiting_.end()) return {};
  const json::object& error = object_field(object, "error");
  const std::int64_t code = count_field(error, "code");
  if (!error.empty() && code != kInvalidParams) {
    // The next request would meet it as well; who waits is told by abandon().
    return ipc::Error{ipc::Errc::remote_error, 0,
                      code == kMethodNotFound
                          ? "the daemon is of an older build, which cannot import; run: governorctl restart"
                          : text_field(error, "message")};
  }
  const std::vector<Done> done = std::move(found->second);
  waiting_.erase(found);
  const json::array& agents = array_field(object_field(object, "result"), "agents");
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (!error.empty()) {
      done[i]({Outcome::Kind::refused, text_field(error, "message")});
    } else {
      done[i](i < agents.size() ? outcome_of(agents[i]) : Outcome{Outcome::Kind::unknown, {}});
    }
  }
  return {};
}

ipc::Result<void> ImportSession::finish() {
  if (auto flushed = flush(); !flushed) return flushed.error();
  while (!waiting_.empty()) {
    if (auto received = receive(); !received) return received.error();
  }
  return {};
}

void ImportSession::abandon() {
  auto waiting = std::exchange(waiting_, {});
  waiting.emplace(next_id_, std::exchange(batch_done_, {}));
  for (const auto& [id, agents] : waiting) {
    for (const Done& done : agents) done({Outcome::Kind::unknown, {}});
  }
  batch_.clear();
  batch_rows_ = 0;
}

}  // namespace governor::ctl::legacy
