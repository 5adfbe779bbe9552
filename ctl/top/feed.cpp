#include "ctl/top/feed.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "ctl/daemon_call.hpp"

namespace governor::ctl::top {

namespace {

constexpr std::chrono::seconds kAnswerPatience{10};
constexpr std::chrono::seconds kConnectPatience{2};

/// Signals, such as the one of a terminal that changes its size, are for the thread that draws.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;
  ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

Feed::Feed(const Context& context, ipc::Client first, std::size_t most_agents, std::chrono::milliseconds pace)
    : context_(context), most_agents_(most_agents), pace_(pace), client_(std::move(first)) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  reading_ = ipc::UniqueFd(ends[0]);
  writing_ = ipc::UniqueFd(ends[1]);
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  const WithoutSignals blocked;
  thread_ = std::thread([this] { run(); });
}

Feed::~Feed() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    // What waits for an answer gets to know at once.
    if (client_) ::shutdown(client_->fd(), SHUT_RDWR);
  }
  is_over_changed_.notify_all();
  thread_.join();
}

std::optional<Glance> Feed::take() {
  std::array<char, 64> dropped{};
  while (::read(reading_.get(), dropped.data(), dropped.size()) > 0) {
  }
  const std::lock_guard lock(mutex_);
  return std::exchange(newest_, std::nullopt);
}

void Feed::run() {
  do {
    publish(look());
  } while (pause());
}

Glance Feed::look() {
  if (!client_) {
    auto again = connect_if_running(context_, ipc::Deadline::after(kConnectPatience));
    if (!again) return {std::nullopt, again.error().message};
    reader_.forget_rates();
    const std::lock_guard lock(mutex_);
    client_.emplace(*std::move(again));
    if (is_over_) return {};
  }
  const auto overview = call_method(*client_, "governor/overview", reader_.next_request(most_agents_),
                                    ipc::Deadline::after(kAnswerPatience));
  if (overview) return {reader_.read(*overview, ModelReader::Clock::now()), ""};
  const std::lock_guard lock(mutex_);
  client_.reset();
  return {std::nullopt, overview.error().message};
}

void Feed::publish(Glance glance) {
  {
    const std::lock_guard lock(mutex_);
    newest_ = std::move(glance);
  }
  const char any = '.';
  // A pipe that is full is readable already.
  static_cast<void>(::write(writing_.get(), &any, 1));
}

bool Feed::pause() {
  std::unique_lock lock(mutex_);
  return !is_over_changed_.wait_for(lock, pace_, [this] { return is_over_; });
}

}  // namespace governor::ctl::top
