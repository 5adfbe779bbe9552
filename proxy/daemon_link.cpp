#include "proxy/daemon_link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

#include "ipc/numbered_line.hpp"
#include "ipc/socket_io.hpp"
#include "ipc/spawn_daemon.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::proxy {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstBackoff{100};
constexpr milliseconds kLongestBackoff{5000};
constexpr milliseconds kLockRetry{50};
constexpr milliseconds kLockPatience{5000};
constexpr milliseconds kCheckRetry{20};
constexpr milliseconds kDrainPatience{15000};
constexpr std::size_t kLinkReadSize = 64 * 1024;
/// Far above what the daemon sends, so that a limit there can grow without an upgrade here.
constexpr std::size_t kMaxDaemonLine = 8 * ipc::kMaxLineBytes;
constexpr std::size_t kMaxPieces = 32;

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
constexpr int kSendFlags = MSG_DONTWAIT;
#endif

ssize_t send_pieces(int fd, std::span<const std::string_view> pieces) {
  if (pieces.size() == 1) return ::send(fd, pieces[0].data(), pieces[0].size(), kSendFlags);
  std::array<iovec, kMaxPieces> vectors;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    vectors[i] = iovec{const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(pieces.size());
  return ::sendmsg(fd, &message, kSendFlags);
}

std::optional<DaemonLink::TimePoint> sooner(std::optional<DaemonLink::TimePoint> a, DaemonLink::TimePoint b) {
  return a ? std::min(*a, b) : b;
}

}  // namespace

DaemonLink::DaemonLink(Relay& relay, ipc::Paths paths, ipc::StartOptions options)
    : relay_(relay), paths_(std::move(paths)), options_(std::move(options)), decoder_(kMaxDaemonLine) {
  next_at_ = TimePoint::min();
}

int DaemonLink::poll_fd() const {
  return socket_ ? socket_.get() : connector_fd_;
}

short DaemonLink::poll_events() const {
  if (!socket_) return POLLIN;
  int events = relay_.wants_daemon_lines() ? POLLIN : 0;
  if (socket_full_) events |= POLLOUT;
  return static_cast<short>(events);
}

void DaemonLink::work(bool readable, TimePoint now) {
  if (socket_ && readable) {
    socket_full_ = false;
    receive(now);
  }
  if (relay_.should_disconnect()) lose(now);
  const bool due = next_at_ && now >= *next_at_;
  if (due) next_at_.reset();
  if (!socket_ && (due || (readable && connector_))) connect(now);
  if (relay_.upgrade() != Relay::Upgrade::none) advance_upgrade(now);
}

void DaemonLink::connect(TimePoint now) {
  ++generation_;
  if (!connector_) connector_.emplace(paths_, options_, std::exchange(spawn_lock_, std::nullopt));
  auto step = connector_->advance();
  if (!step) {
    relay_.connecting_failed(step.error().message);
    forget_connector();
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    next_at_ = now + backoff_;
    return;
  }
  if (!step->connection) {
    connector_fd_ = step->wait_fd;
    next_at_ = step->retry_at;
    return;
  }
  forget_connector();
  next_at_.reset();
  socket_ = std::move(step->connection);
  socket_full_ = false;
  decoder_ = ipc::LineDecoder(kMaxDaemonLine);
  relay_.connected(now);
}

void DaemonLink::forget_connector() {
  connector_.reset();
  connector_fd_ = -1;
}

void DaemonLink::lose(TimePoint now) {
  relay_.disconnected(now);
  socket_.reset();
  ++generation_;
  // What has served well is tried again at once; what dies at every attempt is not.
  if (relay_.made_progress()) {
    backoff_ = milliseconds(0);
    next_at_ = now;
  } else {
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    next_at_ = now + backoff_;
  }
}

void DaemonLink::hurry(TimePoint now) {
  if (socket_ || connector_ || !next_at_) return;
  next_at_ = std::min(*next_at_, now + kFirstBackoff);
}

void DaemonLink::receive(TimePoint now) {
  if (!relay_.wants_daemon_lines()) return;
  auto got = ipc::receive_some(socket_.get(), decoder_.prepare(kLinkReadSize));
  if (!got) {
    lose(now);
    return;
  }
  if (*got == 0) return;
  decoder_.commit(*got);
  relay_.heard(now);
  read_lines();
}

void DaemonLink::read_lines() {
  for (;;) {
    const auto event = decoder_.next();
    if (event.kind == ipc::LineDecoder::Kind::none) return;
    if (event.kind == ipc::LineDecoder::Kind::line) {
      relay_.daemon_line(event.text);
    } else {
      relay_.daemon_line_too_long(event.text, event.dropped_bytes);
    }
  }
}

void DaemonLink::flush(TimePoint now) {
  while (socket_ && !socket_full_) {
    std::array<std::string_view, kMaxPieces> pieces;
    const std::size_t count = relay_.gather_daemon_output(pieces);
    if (count == 0) return;
    const ssize_t sent = send_pieces(socket_.get(), std::span(pieces).first(count));
    if (sent >= 0) {
      relay_.daemon_output_sent(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      socket_full_ = true;
    } else if (errno != EINTR) {
      // What the daemon wrote before it went away may still be there to read.
      receive(now);
      if (socket_) lose(now);
    }
  }
}

void DaemonLink::advance_upgrade(TimePoint now) {
  if (relay_.upgrade() == Relay::Upgrade::over) {
    // Refused, or done: whoever waits for the lock may go on.
    if (socket_) spawn_lock_.reset();
    return;
  }
  if (!relay_.is_ready()) return;
  if (!upgrade_deadline_) upgrade_deadline_ = now + kLockPatience;
  if (now >= *upgrade_deadline_) {
    give_up_upgrade();
  } else if (relay_.upgrade() == Relay::Upgrade::asked) {
    next_at_ = upgrade_deadline_;
  } else if (start_check_) {
    read_start_check(now);
  } else {
    begin_upgrade(now);
  }
}

void DaemonLink::begin_upgrade(TimePoint now) {
  auto lock = ipc::FileLock::try_acquire(paths_.spawn_lock);
  if (!lock || !*lock) {
    next_at_ = sooner(upgrade_deadline_, now + kLockRetry);
    return;
  }
  spawn_lock_ = std::move(*lock);
  // The one that serves is not asked to leave for one that cannot start.
  auto check = ipc::begin_start_check(paths_, options_.environment);
  if (!check) return give_up_upgrade();
  start_check_ = std::move(*check);
  upgrade_deadline_ = now + kLockPatience;
  next_at_ = now + kCheckRetry;
}

void DaemonLink::read_start_check(TimePoint now) {
  if (!ipc::wait_readable(start_check_.get(), ipc::Deadline::at(now))) {
    next_at_ = sooner(upgrade_deadline_, now + kCheckRetry);
    return;
  }
  const auto report = ipc::read_startup_report(start_check_.get(), ipc::Deadline::at(now));
  start_check_.reset();
  if (!report || report->outcome != ipc::StartupOutcome::ready) return give_up_upgrade();
  relay_.request_drain();
  upgrade_deadline_ = now + kDrainPatience;
  next_at_ = upgrade_deadline_;
}

void DaemonLink::give_up_upgrade() {
  relay_.give_up_upgrade();
  spawn_lock_.reset();
  start_check_.reset();
}

}  // namespace governor::proxy
