#pragma once

#include <atomic>
#include <chrono>
#include <string_view>

namespace governor::daemon {

/// What a thread or a strand does, written down as it begins, for whoever must say later what it hangs in.
/// Any thread may write and look; where several write, the one that began last is told.
class Activity {
 public:
  using Clock = std::chrono::steady_clock;

  class Scope {
   public:
    /// `what` ends with a zero byte and outlives everybody who may look: a literal.
    /// No activity: nobody looks.
    Scope(Activity* activity, const char* what) : activity_(activity) {
      if (activity_ == nullptr) return;
      activity_->what_ = what;
      ++activity_->under_way_;
      activity_->changed_ = Clock::now().time_since_epoch().count();
    }
    ~Scope() {
      if (activity_ == nullptr) return;
      --activity_->under_way_;
      activity_->changed_ = Clock::now().time_since_epoch().count();
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Activity* activity_;
  };

  struct Seen {
    std::string_view what;    ///< empty: nothing yet
    Clock::time_point since;  ///< of its begin or, if it is over, of its end
    bool is_under_way = false;
  };
  [[nodiscard]] Seen look() const {
    return {what_.load(), Clock::time_point(Clock::duration(changed_.load())), under_way_.load() > 0};
  }

 private:
  std::atomic<const char*> what_{""};
  std::atomic<int> under_way_{0};
  std::atomic<Clock::rep> changed_{Clock::now().time_since_epoch().count()};
};

/// Of one daemon.
struct Activities {
  Activity loop;
  Activity strand;  ///< of the state
  Activity store;
};

}  // namespace governor::daemon
