#include "daemon/lifecycle/watchdog.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "tests/support/catch.hpp"

using namespace governor::daemon;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kShortLimit{300};
constexpr std::chrono::seconds kEventPatience{60};

/// What the watchdog did, in its order; a file system that may hang.
class Witness {
 public:
  Watchdog::Settings settings() {
    Watchdog::Settings settings;
    settings.limit = kShortLimit;
    settings.tell_alive = [this] { note("alive"); };
    settings.ask_file_system = [this] {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !hangs_; });
    };
    settings.end = [this](const std::string& why, const std::string& report) { note(why + "\n" + report); };
    return settings;
  }

  void hang(bool does) {
    const std::lock_guard lock(mutex_);
    hangs_ = does;
    changed_.notify_all();
  }
  void note(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  /// The next event; empty if none comes.
  std::string next() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kEventPatience, [this] { return !events_.empty(); });
    if (events_.empty()) return {};
    std::string event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> events_;
  bool hangs_ = false;
};

bool contains(const std::string& text, std::string_view part) {
  INFO(text);
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

}  // namespace

TEST_CASE("a daemon that hangs is ended, and it is said who had been at what") {
  Witness witness;
  Activities activities;
  { const Activity::Scope scope(&activities.loop, "periodic work"); }
  const Activity::Scope scope(&activities.store, "a commit");
  Watchdog watchdog(witness.settings(), activities);
  watchdog.goes_to(Watchdog::Station::store);
  const std::string end = witness.next();
  contains(end, "nothing had been through event loop, state and store for ");
  contains(end, "it waited for the thread of the store\n");
  contains(end, "the event loop was done with periodic work ");
  contains(end, "the strand of the state has done nothing yet");
  contains(end, "the thread of the store has been at a commit for ");
#ifdef __linux__
  contains(end, "\n  thread ");
#endif
}

TEST_CASE("a file system that hangs ends nobody, and signs of life go on until it answers") {
  Witness witness;
  Activities activities;
  witness.hang(true);
  const Watchdog watchdog(witness.settings(), activities);
  for (int i = 0; i < 5; ++i) CHECK(witness.next() == "alive");
  const auto answered = Watchdog::Clock::now();
  witness.hang(false);
  std::string event = witness.next();
  while (event == "alive") event = witness.next();
  CHECK(Watchdog::Clock::now() - answered >= kShortLimit);  // who waited for it had time to go on
  contains(event, "it waited for the event loop");
}

TEST_CASE("a watchdog whose question is not answered can be destroyed when it is") {
  Witness witness;
  Activities activities;
  witness.hang(true);
  {
    const Watchdog watchdog(witness.settings(), activities);
    CHECK(witness.next() == "alive");
    witness.hang(false);
  }
}

TEST_CASE("each round is a sign of life, also where nobody watches") {
  Witness witness;
  Activities activities;
  auto settings = witness.settings();
  settings.limit = milliseconds(0);
  Watchdog watchdog(std::move(settings), activities);
  CHECK(watchdog.wants_rounds());
  watchdog.came_round();
  CHECK(witness.next() == "alive");
  CHECK_FALSE(Watchdog({}, activities).wants_rounds());
}
