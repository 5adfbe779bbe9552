#include "daemon/lifecycle/watchdog.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "daemon/lifecycle/stall_judge.hpp"
#include "daemon/lifecycle/thread_report.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

using Clock = Watchdog::Clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string_view name_of(Watchdog::Station station) {
  switch (station) {
    case Watchdog::Station::loop: return "the event loop";
    case Watchdog::Station::strand: return "the strand of the state";
    case Watchdog::Station::store: break;
  }
  return "the thread of the store";
}

std::string describe(std::string_view who, const Activity& activity, Clock::time_point now) {
  const Activity::Seen seen = activity.look();
  if (seen.what.empty()) return fmt::format("{} has done nothing yet", who);
  const double seconds = seconds_between(seen.since, now);
  if (seen.is_under_way) return fmt::format("{} has been at {} for {:.1f} s", who, seen.what, seconds);
  return fmt::format("{} was done with {} {:.1f} s ago", who, seen.what, seconds);
}

}  // namespace

struct Watchdog::Question {
  Clock::time_point asked;
  bool is_answered = false;  ///< guarded by the watchdog's mutex
  bool was_slow = false;     ///< it took longer than from one look to the next
  std::thread thread;
};

Watchdog::Watchdog(Settings settings, const Activities& activities)
    : settings_(std::move(settings)),
      activities_(activities),
      last_round_(Clock::now().time_since_epoch().count()) {
  if (settings_.limit.count() <= 0) return;
  try {
    thread_ = std::thread([this] { watch(); });
  } catch (const std::system_error& failure) {
    spdlog::warn("nobody watches whether the daemon hangs, since the system gives no thread: {}",
                 failure.what());
  }
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (question_) question_->thread.join();
}

void Watchdog::came_round() {
  last_round_ = Clock::now().time_since_epoch().count();
  station_ = Station::loop;
  if (settings_.tell_alive) settings_.tell_alive();
}

void Watchdog::expect_end(std::chrono::milliseconds limit) {
  last_round_ = Clock::now().time_since_epoch().count();
  const std::lock_guard lock(mutex_);
  longer_limit_ = limit;
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  StallJudge judge(settings_.limit, Clock::now());
  while (!stopping_) {
    // An answer of the file system does not wait for the next look.
    const bool was_answered = !question_ || question_->is_answered;
    wake_.wait_until(lock, judge.next_look(),
                     [&] { return stopping_ || (!was_answered && question_->is_answered); });
    if (!stopping_) consider(lock, Clock::now(), judge);
  }
}

void Watchdog::consider(std::unique_lock<std::mutex>& lock, Clock::time_point now, StallJudge& judge) {
  judge.allow(longer_limit_);
  const bool is_overdue = judge.is_overdue(now, Clock::time_point(Clock::duration(last_round_.load())));
  if (question_ && !question_->is_answered) {
    question_->was_slow = question_->was_slow || now - question_->asked >= judge.interval();
    if (question_->was_slow && settings_.tell_alive) settings_.tell_alive();
    return;
  }
  const auto answered = std::exchange(question_, nullptr);
  if (answered) {
    answered->thread.join();
    if (answered->was_slow) {
      judge.forgive(now);  // whoever waited for it goes on only now
      lock.unlock();
      spdlog::critical("the file system of the state directory did not answer for {:.1f} s",
                       seconds_between(answered->asked, now));
      lock.lock();
      return;
    }
  }
  if (!is_overdue) return;
  if (!answered) {
    ask(now);
    return;
  }
  // What the end does may hang, and nobody should then hang on this lock.
  lock.unlock();
  if (settings_.end) settings_.end(reason(now), report(now));
  lock.lock();
  judge.forgive(now);
}

void Watchdog::ask(Clock::time_point now) {
  question_ = std::make_unique<Question>();
  question_->asked = now;
  try {
    question_->thread = std::thread([this, question = question_.get()] {
      if (settings_.ask_file_system) settings_.ask_file_system();
      const std::lock_guard lock(mutex_);
      question->is_answered = true;
      wake_.notify_all();
    });
  } catch (const std::system_error&) {
    question_.reset();  // the next look asks again
  }
}

std::string Watchdog::reason(Clock::time_point now) const {
  const Clock::time_point last{Clock::duration(last_round_.load())};
  return fmt::format("nothing had been through event loop, state and store for {:.1f} s; it waited for {}",
                     seconds_between(last, now), name_of(station_));
}

std::string Watchdog::report(Clock::time_point now) const {
  std::string text = describe(name_of(Station::loop), activities_.loop, now);
  text += "; " + describe(name_of(Station::strand), activities_.strand, now);
  text += "; " + describe(name_of(Station::store), activities_.store, now);
  for (const std::string& thread : describe_threads()) text += "\n  " + thread;
  return text;
}

void ask_file_system(const std::string& directory) {
  const std::string path = directory + "/.answers";
  const ipc::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return;  // an error is an answer
  [[maybe_unused]] const ssize_t written = ::write(file.get(), "\n", 1);
  ::fsync(file.get());
  ::unlink(path.c_str());
}

}  // namespace governor::daemon
