#include "daemon/watch/file_watcher.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace governor::daemon {
namespace {

/// Of one new directory; more are found by their own events.
constexpr std::size_t kMaxFilesInNewDirectory = 20'000;

}  // namespace

FileWatcher::FileWatcher(const Strand& strand, FileThreads& files, Tell tell, WatchFilter::IsOwn is_own,
                         Make make)
    : strand_(strand),
      files_(files),
      tell_(std::move(tell)),
      make_(std::move(make)),
      is_own_(std::move(is_own)),
      timer_(strand),
      growing_timer_(strand),
      look_timer_(strand),
      again_timer_(strand) {}

void FileWatcher::watch(std::vector<core::WatchTarget> targets, std::function<void()> ready) {
  if (stopped_) return;
  if (targets == targets_ && !planning_) {
    if (ready) ready();
    return;
  }
  targets_ = std::move(targets);
  if (ready) ready_.push_back(std::move(ready));
  plan();
}

std::set<std::string> FileWatcher::directories() const {
  std::set<std::string> all;
  for (const auto& [target, directories] : plans_) all.insert(directories.begin(), directories.end());
  return all;
}

/// One at a time: what comes meanwhile is for the next one. Targets whose plan holds are not planned again.
void FileWatcher::plan() {
  if (std::exchange(planning_, true)) {
    plan_again_ = true;
    return;
  }
  if (targets_.empty()) {
    if (watch_) watch_->stop();
    watch_.reset();
    planned({});
    return;
  }
  if (!watch_) {
    watch_ = make_(strand_, [this](std::vector<WatchEvent> events) { on_events(std::move(events)); });
    if (!watch_) {
      planned({{}, "The system gives no means of watching files.", true});
      return;
    }
  }
  Planned known;
  std::vector<core::WatchTarget> missing;
  for (const core::WatchTarget& target : targets_) {
    const auto kept = plans_.find(target.key());
    if (kept != plans_.end()) {
      known.plans.insert(*kept);
    } else {
      missing.push_back(target);
    }
  }
  files_.post([this, watch = watch_, before = directories(), outcome = std::move(known),
               missing = std::move(missing), is_own = is_own_](FileServices&) mutable {
    WatchFilter filter(std::move(is_own));
    std::set<std::string> needed;
    for (const core::WatchTarget& target : missing) {
      WatchPlan plan = plan_watch(target, filter);
      if (!plan.complete) outcome.trouble = "There are more directories than governor watches.";
      outcome.plans[target.key()] = std::move(plan.directories);
    }
    for (const auto& [target, directories] : outcome.plans)
      needed.insert(directories.begin(), directories.end());
    add_directories(*watch, needed, outcome);
    for (const std::string& directory : before) {
      if (!needed.contains(directory)) watch->remove(directory);
    }
    boost::asio::post(strand_,
                      [this, outcome = std::move(outcome)]() mutable { planned(std::move(outcome)); });
  });
}

/// Also those that were added before: what the system refused then, it may have room for now.
void FileWatcher::add_directories(DirectoryWatch& watch, const std::set<std::string>& directories,
                                  Planned& outcome) {
  std::size_t refused = 0;
  std::string why;
  for (const std::string& directory : directories) {
    const auto error = watch.add(directory);
    if (!error || error->code != core::ErrorCode::limit_exceeded) continue;
    if (refused++ == 0) why = error->message + " " + error->hint;
  }
  if (refused == 0) return;
  outcome.try_again = true;
  outcome.trouble =
      fmt::format("{} of {} directories are looked at now and then instead of being watched. {}", refused,
                  directories.size(), why);
}

void FileWatcher::planned(Planned outcome) {
  if (stopped_) return;
  planning_ = false;
  plans_ = std::move(outcome.plans);
  for (const std::string& directory : std::exchange(outdated_, {})) forget_plans_about(directory);
  if (outcome.trouble.empty() != trouble_.empty()) report({{}, {}, false, outcome.trouble});
  trouble_ = std::move(outcome.trouble);
  again_timer_.cancel();
  if (outcome.try_again) {
    again_timer_.expires_after(kTryAgain);
    again_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !stopped_) plan();
    });
  }
  look_now_and_then();
  if (std::exchange(plan_again_, false)) {
    plan();
    return;
  }
  for (const auto& ready : std::exchange(ready_, {})) ready();
}

/// A look may take long where there is much to look at: it takes a tenth of the time at most.
void FileWatcher::look_now_and_then() {
  if (looking_ || stopped_ || !watch_ || !watch_->needs_looks()) return;
  looking_ = true;
  look_timer_.expires_after(std::max<Clock::duration>(kLooks, 9 * last_look_));
  look_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_ || !watch_) {
      looking_ = false;
      return;
    }
    files_.post([this, watch = watch_](FileServices&) {
      const auto began = Clock::now();
      auto events = watch->look();
      boost::asio::post(strand_, [this, events = std::move(events), took = Clock::now() - began]() mutable {
        looking_ = false;
        last_look_ = took;
        on_events(std::move(events));
        look_now_and_then();
      });
    });
  });
}

/// The directory has come or gone: what was planned about it, or below it, or for what it is part of, is to
/// be planned anew.
void FileWatcher::forget_plans_about(const std::string& directory) {
  if (planning_) {
    outdated_.push_back(directory);
    return;
  }
  const auto is_below = [](const std::string& path, const std::string& of) {
    return path == of || of == "/" ||
           (path.starts_with(of) && path.size() > of.size() && path[of.size()] == '/');
  };
  for (const core::WatchTarget& target : targets_) {
    const std::string fixed = fixed_directory(target.pattern);
    if (is_below(directory, fixed) || is_below(fixed, directory)) plans_.erase(target.key());
  }
}

bool FileWatcher::matters(const std::string& path) const {
  if (is_own_ && is_own_(path)) return false;
  return std::any_of(targets_.begin(), targets_.end(),
                     [&](const core::WatchTarget& target) { return target.pattern.matches(path); });
}

void FileWatcher::on_events(const std::vector<WatchEvent>& events) {
  if (stopped_) return;
  for (const WatchEvent& event : events) on_event(event);
  if (!changed_.empty() || !vanished_.empty() || missed_) gather(kGather);
}

void FileWatcher::on_event(const WatchEvent& event) {
  switch (event.kind) {
    case WatchEvent::Kind::changed:
      growing_.forget(event.path);
      if (matters(event.path)) changed_.insert(event.path);
      // What is left out may be another now.
      if (event.path.ends_with("/.gitignore")) {
        forget_plans_about(event.path.substr(0, event.path.rfind('/')));
        plan();
      }
      break;
    case WatchEvent::Kind::growing:
      if (matters(event.path)) growing_.note(event.path, Clock::now());
      await_growing();
      break;
    case WatchEvent::Kind::appeared: {
      const std::string name = event.path.substr(event.path.rfind('/') + 1);
      if (is_left_unwatched(name) || (is_own_ && is_own_(event.path))) break;
      look_into(event.path);
      break;
    }
    case WatchEvent::Kind::vanished:
      vanished_.insert(event.path);
      forget_plans_about(event.path);
      plan();
      break;
    case WatchEvent::Kind::overflow:
      spdlog::warn("more files changed at once than the system reports; all that are watched are looked at");
      missed_ = true;
      forget_plans_about("/");
      plan();
      break;
  }
}

/// What lies in a new directory may have come before it was watched.
void FileWatcher::look_into(const std::string& directory) {
  ready_.push_back([this, directory] {
    files_.post([this, directory, targets = targets_, is_own = is_own_](FileServices&) {
      WatchFilter filter(is_own);
      auto found = matching_files(targets, directory, kMaxFilesInNewDirectory, filter);
      if (found.empty()) return;
      boost::asio::post(strand_,
                        [this, found = std::move(found)]() mutable { look_again(std::move(found)); });
    });
  });
  forget_plans_about(directory);
  plan();
}

void FileWatcher::look_again(std::vector<std::string> files) {
  if (stopped_) return;
  changed_.insert(std::make_move_iterator(files.begin()), std::make_move_iterator(files.end()));
  gather(kLookAgain);
}

void FileWatcher::await_growing() {
  if (growing_.empty() || std::exchange(awaiting_growing_, true)) return;
  growing_timer_.expires_after(GrowingFiles::kQuiet / 3);
  growing_timer_.async_wait([this](const boost::system::error_code& error) {
    awaiting_growing_ = false;
    if (error || stopped_) return;
    for (std::string& path : growing_.take_due(Clock::now())) changed_.insert(std::move(path));
    if (!changed_.empty()) gather(kGather);
    await_growing();
  });
}

void FileWatcher::gather(std::chrono::milliseconds time) {
  if (std::exchange(gathering_, true)) return;
  timer_.expires_after(time);
  timer_.async_wait([this](const boost::system::error_code& error) {
    gathering_ = false;
    if (error || stopped_) return;
    Report next;
    next.files.assign(changed_.begin(), changed_.end());
    changed_.clear();
    next.vanished.assign(vanished_.begin(), vanished_.end());
    vanished_.clear();
    next.missed = std::exchange(missed_, false);
    report(std::move(next));
  });
}

/// A fault in one report must not end those that would come.
void FileWatcher::report(Report report) {
  try {
    tell_(std::move(report));
  } catch (const std::exception& failure) {
    spdlog::error("changes of files could not be passed on: {}", failure.what());
  }
}

void FileWatcher::stop() {
  stopped_ = true;
  for (auto* timer : {&timer_, &growing_timer_, &look_timer_, &again_timer_}) timer->cancel();
  if (watch_) watch_->stop();
  watch_.reset();
}

}  // namespace governor::daemon
