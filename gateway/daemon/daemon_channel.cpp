#include "gateway/daemon/daemon_channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <string>
#include <utility>

#include "text/shown_text.hpp"

namespace governor::gateway {

namespace asio = boost::asio;
using Wait = asio::posix::stream_descriptor;

DaemonChannel::DaemonChannel(asio::io_context& context, ipc::Hello hello, const DaemonPlace& place)
    : relay_(std::move(hello), Clock::now(), "governor-gateway"),
      link_(relay_, place.paths, place.start),
      context_(context),
      watched_(context),
      timer_(context) {}

void DaemonChannel::start(Events events) {
  events_ = std::move(events);
  schedule();
}

void DaemonChannel::send(std::string_view line) {
  if (closed_) return;
  const auto now = Clock::now();
  relay_.client_line(line, now);
  link_.hurry(now);
  schedule();
}

void DaemonChannel::close() {
  if (std::exchange(closed_, true)) return;
  link_.flush(Clock::now());  // the goodbye goes before lines that are not sent yet
  relay_.say_goodbye();
  link_.flush(Clock::now());
  boost::system::error_code ignored;
  watched_.close(ignored);
  timer_.cancel();
  // Whoever calls may be one of these functions.
  asio::post(context_, [events = std::exchange(events_, {})] {});
}

/// What several ask for in one turn of the loop is done once.
void DaemonChannel::schedule() {
  if (std::exchange(scheduled_, true)) return;
  asio::post(context_, [self = shared_from_this()] {
    self->scheduled_ = false;
    self->pump(false);
  });
}

void DaemonChannel::pump(bool readable) {
  if (closed_) return;
  const auto now = Clock::now();
  link_.work(readable, now);
  deliver();
  if (closed_) return;
  relay_.tick(now);
  link_.flush(now);
  deliver();
  if (closed_) return;
  if (const std::string notice = relay_.take_notice(); !notice.empty())
    spdlog::warn("the daemon: {}", text::shown_text(notice));
  tell_connected();
  if (!closed_) arm(now);
}

void DaemonChannel::deliver() {
  const std::string output(relay_.client_output());
  if (output.empty()) return;
  relay_.client_output_sent(output.size());
  for (std::string_view rest = output; !rest.empty() && !closed_;) {
    const std::size_t end = rest.find('\n');
    events_.on_line(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

void DaemonChannel::tell_connected() {
  const bool connected = relay_.is_ready();
  if (connected == std::exchange(told_connected_, connected)) return;
  events_.on_connected(connected);
}

void DaemonChannel::arm(Clock::time_point now) {
  watch();
  if (watched_.is_open()) {
    const short events = link_.poll_events();
    if ((events & POLLIN) != 0) wait_for(Wait::wait_read, read_armed_);
    if ((events & POLLOUT) != 0) wait_for(Wait::wait_write, write_armed_);
  }
  auto next = link_.next_at();
  if (const auto tick = relay_.next_tick(); tick && (!next || *tick < *next)) next = tick;
  if (relay_.should_disconnect()) next = now;
  if (!next) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(std::max(*next, now));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code stopped) {
    if (!stopped) self->pump(false);
  });
}

void DaemonChannel::watch() {
  if (watched_generation_ == link_.generation()) return;
  watched_generation_ = link_.generation();
  boost::system::error_code ignored;
  watched_.close(ignored);
  ++watch_number_;
  read_armed_ = write_armed_ = false;
  if (link_.poll_fd() < 0) return;
  const int twin = ::fcntl(link_.poll_fd(), F_DUPFD_CLOEXEC, 0);
  if (twin < 0) return;  // out of descriptors: the timer comes back to it
  watched_.assign(twin, ignored);
}

void DaemonChannel::wait_for(Wait::wait_type what, bool& is_armed) {
  if (std::exchange(is_armed, true)) return;
  watched_.async_wait(
      what, [self = shared_from_this(), what, number = watch_number_](boost::system::error_code stopped) {
        if (number != self->watch_number_ || self->closed_) return;
        (what == Wait::wait_read ? self->read_armed_ : self->write_armed_) = false;
        if (stopped != asio::error::operation_aborted) self->pump(true);
      });
}

}  // namespace governor::gateway
