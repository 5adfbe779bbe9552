#include "proxy/event_loop.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>

#include "ipc/deadline.hpp"
#include "ipc/numbered_line.hpp"

namespace governor::proxy {
namespace {

using std::chrono::milliseconds;

/// Some request, or its answer, did not get where it was to go.
constexpr int kExitLost = 4;
constexpr milliseconds kGoodbyePatience{50};
constexpr milliseconds kParentCheck{500};
constexpr std::size_t kReadSize = 64 * 1024;

}  // namespace

struct EventLoop::Ready {
  bool input = false;
  bool output = false;
  bool daemon = false;
  bool end = false;
};

EventLoop::EventLoop(Descriptors descriptors, const ParentWatch& parent, ipc::Hello hello, ipc::Paths paths,
                     ipc::StartOptions options, std::chrono::seconds wait_at_end)
    : fds_(descriptors),
      parent_(parent),
      relay_(std::move(hello), std::chrono::steady_clock::now()),
      link_(relay_, std::move(paths), std::move(options)),
      input_(ipc::kMaxLineBytes),
      output_(descriptors.output),
      diagnostics_(descriptors.diagnostics),
      wait_at_end_(wait_at_end) {}

int EventLoop::run() {
  auto now = std::chrono::steady_clock::now();
  link_.work(false, now);
  for (;;) {
    write_output(now);
    take_lines(now);
    relay_.tick(now);
    link_.flush(now);
    write_output(now);
    if (must_end_ || is_finished(now)) break;
    diagnostics_.note(relay_.take_notice());

    const Ready ready = wait(now);
    now = std::chrono::steady_clock::now();
    if (ready.end || (parent_.fd() < 0 && parent_.has_died())) break;
    if (ready.output) output_full_ = false;
    if (ready.input) read_input(now);
    link_.work(ready.daemon, now);
  }
  const int code = report_lost();
  leave();
  return code;
}

EventLoop::Ready EventLoop::wait(TimePoint now) {
  enum { kInput, kOutput, kDaemon, kSignals, kParent, kCount };
  pollfd polled[kCount] = {
      {input_wanted() || (!hung_up_ && !input_ended_) ? fds_.input : -1,
       static_cast<short>(input_wanted() ? POLLIN : 0), 0},
      {output_full_ || is_ending() ? fds_.output : -1, static_cast<short>(output_full_ ? POLLOUT : 0), 0},
      {link_.poll_fd(), link_.poll_events(), 0},
      {fds_.signals, POLLIN, 0},
      {parent_.fd(), POLLIN, 0},
  };
  if (::poll(polled, kCount, timeout_ms(now)) <= 0) return {};
  Ready ready;
  ready.input = input_wanted() && polled[kInput].revents != 0;
  if (input_wanted()) {
    hung_up_.reset();
  } else if (!input_ended_ && polled[kInput].revents != 0) {
    hung_up_ = std::chrono::steady_clock::now();
  }
  ready.output = polled[kOutput].revents != 0;
  // Who has ended the input and hears nothing any more is gone.
  if (is_ending() && (polled[kOutput].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) must_end_ = true;
  ready.daemon = polled[kDaemon].revents != 0;
  ready.end = polled[kSignals].revents != 0 || polled[kParent].revents != 0;
  return ready;
}

int EventLoop::timeout_ms(TimePoint now) const {
  std::optional<TimePoint> next = relay_.next_tick();
  const auto consider = [&next](std::optional<TimePoint> other) {
    if (other && (!next || *other < *next)) next = other;
  };
  consider(link_.next_at());
  if (is_ending()) consider(ends_at());
  if (parent_.fd() < 0) consider(now + kParentCheck);
  return next ? ipc::Deadline::at(*next).remaining_ms() : -1;
}

bool EventLoop::input_wanted() const {
  return !input_ended_ && relay_.wants_client_lines();
}

void EventLoop::read_input(TimePoint now) {
  const auto room = input_.prepare(kReadSize);
  const auto got = ::read(fds_.input, room.data(), room.size());
  if (got > 0) input_.commit(static_cast<std::size_t>(got));
  if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)) end_input(now);
}

void EventLoop::end_input(TimePoint now) {
  input_ended_ = now;
  // A last line without its end is a line.
  if (input_.pending_bytes() > 0) input_.feed("\n");
}

void EventLoop::take_lines(TimePoint now) {
  while (relay_.wants_client_lines()) {
    const auto event = input_.next();
    if (event.kind == ipc::LineDecoder::Kind::none) return;
    if (event.kind == ipc::LineDecoder::Kind::line) {
      relay_.client_line(event.text, now);
      link_.hurry(now);
    } else {
      relay_.client_line_too_long(*event.outline, event.dropped_bytes);
    }
  }
}

void EventLoop::write_output(TimePoint now) {
  while (!output_full_ && !relay_.client_output().empty()) {
    auto written = output_.write_some(relay_.client_output());
    if (!written) {
      must_end_ = true;
      return;
    }
    relay_.client_output_sent(*written);
    output_full_ = *written == 0;
    if (!output_full_) last_output_ = now;
  }
}

EventLoop::TimePoint EventLoop::ends_at() const {
  return std::max(input_ended_ ? *input_ended_ : *hung_up_, last_output_) + wait_at_end_;
}

bool EventLoop::is_finished(TimePoint now) const {
  if (!is_ending()) return false;
  if (now >= ends_at()) return true;
  // A client that has hung up while too many of its lines wait is read on as answers make room.
  return input_ended_ && relay_.is_done() && input_.pending_bytes() == 0;
}

/// The end is no secret when it costs something.
int EventLoop::report_lost() {
  const Relay::Lost lost = relay_.lost();
  const bool unread = hung_up_ && !input_ended_;
  if (!lost.any() && !unread) return 0;
  std::string text;
  const auto say = [&text](std::string_view what) {
    if (!text.empty()) text += "; ";
    text += what;
  };
  if (lost.requests > 0) {
    const bool one = lost.requests == 1;
    say(std::to_string(lost.requests) + (one ? " request was" : " requests were") + " not answered");
    if (lost.unsent == lost.requests) {
      text += " and did not reach the daemon";
    } else if (lost.unsent > 0) {
      say(std::to_string(lost.unsent) +
          " of them did not reach the daemon, and whether the others took effect is unknown");
    } else {
      say(one ? "whether it took effect is unknown" : "whether they took effect is unknown");
    }
  }
  if (lost.answers > 0) say(std::to_string(lost.answers) + " of the lines for the client were not read");
  if (unread) say("the rest of the input was not read");
  diagnostics_.last_word(text);
  return kExitLost;
}

void EventLoop::leave() {
  if (!relay_.is_ready()) return;
  relay_.say_goodbye();
  const auto deadline = ipc::Deadline::after(kGoodbyePatience);
  for (;;) {
    link_.flush(std::chrono::steady_clock::now());
    std::string_view piece;
    if (relay_.gather_daemon_output({&piece, 1}) == 0 || deadline.expired()) return;
    if (!ipc::wait_writable(link_.poll_fd(), deadline)) return;
    link_.work(true, std::chrono::steady_clock::now());
    if (!relay_.is_ready()) return;
  }
}

}  // namespace governor::proxy
