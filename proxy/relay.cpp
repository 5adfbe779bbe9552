#include "proxy/relay.hpp"

#include <algorithm>

#include "ipc/build_info.hpp"
#include "ipc/json_members.hpp"
#include "ipc/numbered_line.hpp"
#include "proxy/local_answers.hpp"

namespace governor::proxy {
namespace {

constexpr std::string_view kDrainId = "\"governor-drain\"";
constexpr std::size_t kKeptOutputCapacity = 64 * 1024;

}  // namespace

Relay::Relay(ipc::Hello hello, TimePoint now)
    : hello_(std::move(hello)), connected_at_(now), quiet_since_(now), unreachable_since_(now) {}

bool Relay::over_limit() const {
  return unanswered_.size() >= ipc::kMaxUnanswered || unanswered_.bytes() >= kMaxQueuedBytes;
}

bool Relay::wants_client_lines() const {
  return !over_limit() && client_output().size() < kMaxClientOutput;
}

void Relay::client_line(std::string_view line, TimePoint now) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  if (const std::string method = governor_method(line); !method.empty()) {
    if (const auto id = id_to_answer(line)) client_output_ += not_forwarded_answer(*id, method);
    notice_ = "a request for governor itself was not passed on: those are not for MCP clients";
    return;
  }
  // An idle daemon owes us nothing: its silence counts from here.
  if (unanswered_.empty()) quiet_since_ = now;
  unanswered_.add(line, now);
}

void Relay::client_line_too_long(std::size_t bytes) {
  client_output_ += line_too_long_answer(bytes);
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
    return;
  }
  link_ = Link::ready;
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

void Relay::forward(std::string_view line) {
  client_output_ += line;
  client_output_ += '\n';
}

void Relay::finish(std::uint64_t number) {
  unanswered_.remove(number);
  confirmations_.answered(number);
  if (confirmations_.due()) control_ += confirmations_.confirm_new(unanswered_.first_unanswered());
}

void Relay::tick(TimePoint now) {
  if (link_ == Link::greeting && now - connected_at_ >= kHelloPatience) {
    failure_reason_ = "it accepts connections but does not answer";
    should_disconnect_ = true;
  }
  if (link_ == Link::ready) {
    watch_silence(now);
  } else {
    fail_waiting_lines(now);
  }
}

void Relay::watch_silence(TimePoint now) {
  // While the client does not read we do not read either: that silence is ours.
  if (unanswered_.empty() || !wants_daemon_lines()) {
    heard(now);
  } else if (keepalive_sent_) {
    if (now - *keepalive_sent_ < kKeepalivePatience) return;
    failure_reason_ = notice_ = "it has been silent for too long";
    should_disconnect_ = true;
  } else if (now - quiet_since_ >= kSilenceBeforeKeepalive) {
    control_ += "0\n";
    keepalive_sent_ = now;
  }
}

Relay::TimePoint Relay::fails_at(const UnansweredLines::Line& line) const {
  return std::max(unreachable_since_ + kUnreachableAfter, line.arrived + kLateLineGrace);
}

void Relay::fail_waiting_lines(TimePoint now) {
  auto& lines = unanswered_.lines();
  for (std::size_t i = 0; i < lines.size();) {
    auto& line = lines[i];
    if (!line.expects_answer || now < fails_at(line)) {
      ++i;
      continue;
    }
    const auto id = id_to_answer(line.payload());
    if (!id) {
      // Nobody waits for it. It is still delivered later, unless such lines begin to fill the queue.
      line.expects_answer = false;
      if (lines.size() <= ipc::kMaxUnanswered / 2) continue;
    } else {
      client_output_ += unreachable_answer(*id, failure_reason_, line.ever_sent);
    }
    const std::uint64_t number = line.number;
    unanswered_.remove(number);
    confirmations_.answered(number);
  }
}

std::optional<Relay::TimePoint> Relay::next_tick() const {
  if (link_ == Link::ready) {
    if (unanswered_.empty() || !wants_daemon_lines()) return std::nullopt;
    return keepalive_sent_ ? *keepalive_sent_ + kKeepalivePatience : quiet_since_ + kSilenceBeforeKeepalive;
  }
  std::optional<TimePoint> next;
  if (link_ == Link::greeting) next = connected_at_ + kHelloPatience;
  // Lines are in the order of arrival, so the first that counts fails first.
  const auto& lines = unanswered_.lines();
  const auto first =
      std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.expects_answer; });
  if (first == lines.end()) return next;
  const TimePoint failing = fails_at(*first);
  return next ? std::min(*next, failing) : failing;
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

std::string Relay::take_notice() {
  return std::exchange(notice_, {});
}

}  // namespace governor::proxy
