#include "proxy/relay.hpp"

#include <algorithm>

#include "ipc/build_info.hpp"
#include "ipc/json_members.hpp"
#include "ipc/json_text.hpp"
#include "ipc/numbered_line.hpp"
#include "proxy/local_answers.hpp"
#include "proxy/streams.hpp"

namespace governor::proxy {
namespace {

constexpr std::string_view kDrainId = "\"governor-drain\"";
constexpr std::size_t kKeptOutputCapacity = 64 * 1024;

/// Of hello: parameters that the daemon does not take, or a protocol that it does not speak. Everything else
/// may pass.
bool is_final_refusal(std::string_view hello_reply) {
  const auto error = ipc::find_member(hello_reply, "error");
  const auto code = error ? ipc::find_member(*error, "code") : std::nullopt;
  return code == std::string_view("-32602") || code == std::string_view("-31002");
}

}  // namespace

Relay::Relay(ipc::Hello hello, TimePoint now, std::string_view program)
    : hello_(std::move(hello)),
      program_(program),
      connected_at_(now),
      quiet_since_(now),
      unreachable_since_(now) {}

bool Relay::over_limit() const {
  return unanswered_.size() >= ipc::kMaxUnanswered || unanswered_.bytes() >= kMaxQueuedBytes;
}

bool Relay::wants_client_lines() const {
  return !over_limit() && client_output().size() < kMaxClientOutput;
}

void Relay::client_line(std::string_view line, TimePoint now) {
  line = ipc::without_byte_order_mark(line);
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  if (const std::string method = governor_method(line); !method.empty() && hello_.role.empty()) {
    if (const auto id = id_to_answer(line)) client_output_ += not_forwarded_answer(*id, method);
    notice_ = "a request for governor itself was not passed on: those are not for MCP clients";
    return;
  }
  // An idle daemon owes us nothing: its silence counts from here.
  if (unanswered_.empty()) quiet_since_ = now;
  unanswered_.add(line, now);
}

void Relay::client_line_too_long(const ipc::MessageOutline& outline, std::size_t bytes) {
  client_output_ += line_too_long_answer(outline.request_id(), bytes);
}

void Relay::connected(TimePoint now) {
  link_ = Link::greeting;
  should_disconnect_ = false;
  made_progress_ = false;
  connected_at_ = quiet_since_ = now;
  keepalive_sent_.reset();
  control_ = ipc::encode_hello(hello_);
  control_ += '\n';
  control_sent_ = 0;
  unanswered_.rewind();
}

void Relay::disconnected(TimePoint now) {
  if (link_ == Link::ready && now - connected_at_ >= kStableConnection) made_progress_ = true;
  // A daemon that dies on what we send is as good as away, however often it comes back.
  if (made_progress_ && link_ == Link::ready) unreachable_since_ = now;
  if (link_ == Link::ready) failure_reason_ = "it closed the connection";
  if (link_ == Link::greeting && !should_disconnect_)
    failure_reason_ = "it closed the connection before its hello";
  link_ = Link::down;
  should_disconnect_ = false;
  control_.clear();
  control_sent_ = 0;
  keepalive_sent_.reset();
  unanswered_.rewind();
}

void Relay::connecting_failed(std::string_view reason) {
  refused_ = false;
  failure_reason_ = reason;
}

void Relay::heard(TimePoint now) {
  quiet_since_ = now;
  keepalive_sent_.reset();
}

void Relay::daemon_line(std::string_view line) {
  const ipc::ClassifiedLine parsed = ipc::classify(line);
  switch (parsed.kind) {
    case ipc::LineKind::empty: return;
    case ipc::LineKind::keepalive: made_progress_ = true; return;
    case ipc::LineKind::numbered: numbered_answer(parsed.numbered.number, parsed.numbered.payload); return;
    case ipc::LineKind::plain:
      if (link_ == Link::greeting) {
        hello_reply(line);
      } else if (link_ == Link::ready && !is_drain_reply(line)) {
        note_notice(line);
        forward(line);
      }
      return;
    case ipc::LineKind::malformed: notice_ = "dropped a line of the daemon that is no message"; return;
  }
}

void Relay::daemon_line_too_long(std::string_view head, std::size_t bytes) {
  notice_ = "dropped a line of the daemon that is too long";
  // The head is cut anywhere: only its number is used.
  const ipc::ClassifiedLine parsed = ipc::classify(head);
  if (parsed.kind != ipc::LineKind::numbered) return;
  const auto* line = unanswered_.find_sent(parsed.numbered.number);
  if (!line) return;
  if (const auto id = id_to_answer(line->payload())) client_output_ += answer_too_long_answer(*id, bytes);
  finish(parsed.numbered.number);
}

void Relay::hello_reply(std::string_view line) {
  auto reply = ipc::parse_hello_reply(line);
  if (!reply) {
    failure_reason_ = notice_ = reply.error().message;
    should_disconnect_ = true;
    refused_ = is_final_refusal(line);
    return;
  }
  link_ = Link::ready;
  daemon_ = *reply;
  refused_ = false;
  if (unanswered_.empty()) made_progress_ = true;
  control_ += confirmations_.confirm_all(unanswered_.first_unanswered());
  if (upgrade_ == Upgrade::over) return;
  // Whatever serves after the question was started for us, or would not leave: asking again could go on
  // forever.
  const bool is_older = ipc::compare_builds(reply->build, hello_.build) < 0;
  upgrade_ = upgrade_ == Upgrade::asked ? Upgrade::over : is_older ? Upgrade::wanted : Upgrade::none;
}

bool Relay::is_drain_reply(std::string_view line) {
  if (upgrade_ != Upgrade::asked || ipc::find_member(line, "id") != kDrainId) return false;
  const auto result = ipc::find_member(line, "result");
  const bool draining = result && ipc::find_member(*result, "draining") == std::string_view("true");
  if (!draining) upgrade_ = Upgrade::over;
  return true;
}

void Relay::numbered_answer(std::uint64_t number, std::string_view payload) {
  // Unknown numbers are answers that were given twice, around a reconnection.
  if (link_ != Link::ready || !unanswered_.find_sent(number)) return;
  made_progress_ = true;
  if (!payload.empty()) forward(payload);
  finish(number);
}

/// What comes about a request that is not answered yet shows that the daemon has it, also where the daemon is
/// killed so often that nothing else would.
void Relay::note_notice(std::string_view line) {
  if (unanswered_.empty()) return;
  auto& lines = unanswered_.lines();
  const auto find = [&lines](auto is_it) {
    return std::find_if(lines.begin(), lines.end(),
                        [&](const auto& one) { return one.ever_sent && is_it(one.payload()); });
  };
  if (const std::string id = stream_of_notice(line); !id.empty()) {
    auto of = std::find_if(lines.begin(), lines.end(), [&](const auto& one) { return one.stream_id == id; });
    if (of == lines.end()) of = find([&](std::string_view request) { return opens_stream(request, id); });
    if (of == lines.end()) return;
    of->stream_id = id;
    of->told = quiet_since_;
  } else if (const std::string token = token_of_notice(line); !token.empty()) {
    const auto of = find([&](std::string_view request) { return asks_for_progress(request, token); });
    if (of != lines.end()) of->told = quiet_since_;
  }
}

void Relay::forward(std::string_view line) {
  client_output_ += line;
  client_output_ += '\n';
}

void Relay::finish(std::uint64_t number) {
  unanswered_.remove(number);
  confirmations_.answered(number);
  if (confirmations_.due()) control_ += confirmations_.confirm_new(unanswered_.first_unanswered());
}

std::size_t Relay::gather_daemon_output(std::span<std::string_view> pieces) const {
  std::size_t count = 0;
  const auto add = [&](std::string_view piece) {
    if (piece.empty() || count == pieces.size()) return false;
    pieces[count++] = piece;
    return true;
  };
  if (link_ == Link::down) return 0;
  add(unanswered_.partly_sent());
  add(std::string_view(control_).substr(control_sent_));
  if (link_ != Link::ready) return count;
  for (std::size_t i = 0; add(unanswered_.unsent(i)); ++i) {
  }
  return count;
}

void Relay::daemon_output_sent(std::size_t bytes) {
  const std::size_t partial = std::min(bytes, unanswered_.partly_sent().size());
  unanswered_.mark_sent(partial);
  bytes -= partial;
  const std::size_t own = std::min(bytes, control_.size() - control_sent_);
  control_sent_ += own;
  bytes -= own;
  if (control_sent_ == control_.size()) {
    control_.clear();
    control_sent_ = 0;
  }
  unanswered_.mark_sent(bytes);
}

void Relay::client_output_sent(std::size_t bytes) {
  client_sent_ += bytes;
  if (client_sent_ < client_output_.size()) return;
  client_output_.clear();
  client_sent_ = 0;
  if (client_output_.capacity() > kKeptOutputCapacity) client_output_.shrink_to_fit();
}

void Relay::say_goodbye() {
  if (link_ == Link::ready) control_ += "{\"jsonrpc\":\"2.0\",\"method\":\"governor/goodbye\"}\n";
}

void Relay::request_drain() {
  upgrade_ = Upgrade::asked;
  control_ += R"({"jsonrpc":"2.0","id":)";
  control_ += kDrainId;
  control_ += R"(,"method":"governor/drain","params":{"build":)";
  ipc::append_json_string(control_, hello_.build);
  control_ += "}}\n";
}

bool Relay::is_done() const {
  const auto& lines = unanswered_.lines();
  return client_output().empty() && std::all_of(lines.begin(), lines.end(), [](const auto& line) {
           return !line.expects_answer || !line.stream_id.empty();
         });
}

Relay::Lost Relay::lost() const {
  Lost lost;
  for (const auto& line : unanswered_.lines()) {
    if (!line.stream_id.empty() || !line.expects_answer || !id_to_answer(line.payload())) continue;
    ++lost.requests;
    if (!line.ever_sent) ++lost.unsent;
  }
  const std::string_view output = client_output();
  lost.answers = static_cast<std::size_t>(std::count(output.begin(), output.end(), '\n'));
  return lost;
}

std::string Relay::take_notice() {
  return std::exchange(notice_, {});
}

}  // namespace governor::proxy
