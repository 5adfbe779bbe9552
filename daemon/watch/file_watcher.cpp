#include "daemon/watch/file_watcher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace governor::daemon {
namespace {

/// Of one new directory; more are found by their own events.
constexpr std::size_t kMaxFilesInNewDirectory = 20'000;

}  // namespace

FileWatcher::FileWatcher(Strand strand, FileThreads& files, Tell tell, Make make)
    : strand_(strand), files_(files), tell_(std::move(tell)), make_(std::move(make)), timer_(strand) {}

void FileWatcher::watch(std::vector<core::PathPattern> patterns, std::function<void()> ready) {
  if (stopped_) return;
  if (patterns == patterns_ && !planning_) {
    if (ready) ready();
    return;
  }
  patterns_ = std::move(patterns);
  if (ready) ready_.push_back(std::move(ready));
  plan();
}

std::set<std::string> FileWatcher::directories() const {
  std::set<std::string> all;
  for (const auto& [pattern, directories] : plans_) all.insert(directories.begin(), directories.end());
  return all;
}

/// One at a time: what comes meanwhile is for the next one. Patterns whose plan holds are not planned again.
void FileWatcher::plan() {
  if (std::exchange(planning_, true)) {
    plan_again_ = true;
    return;
  }
  if (patterns_.empty()) {
    if (watch_) watch_->stop();
    watch_.reset();
    planned({}, {});
    return;
  }
  if (!watch_) {
    watch_ = make_(strand_, [this](std::vector<WatchEvent> events) { on_events(std::move(events)); });
    if (!watch_) {
      planned({}, "The system gives no means of watching files.");
      return;
    }
  }
  Plans kept;
  std::vector<core::PathPattern> missing;
  for (const core::PathPattern& pattern : patterns_) {
    const auto known = plans_.find(pattern.text());
    if (known != plans_.end()) {
      kept.insert(*known);
    } else {
      missing.push_back(pattern);
    }
  }
  files_.post([this, watch = watch_, before = directories(), kept = std::move(kept),
               missing = std::move(missing)](FileServices&) mutable {
    std::string incomplete;
    for (const core::PathPattern& pattern : missing) {
      WatchPlan plan = plan_watch({pattern});
      if (!plan.complete) incomplete = "There are more directories than governor watches.";
      for (const std::string& directory : plan.directories) {
        const auto error = watch->add(directory);
        if (error && error->code == core::ErrorCode::limit_exceeded)
          incomplete = error->message + " " + error->hint;
      }
      kept[pattern.text()] = std::move(plan.directories);
    }
    std::set<std::string> needed;
    for (const auto& [pattern, directories] : kept) needed.insert(directories.begin(), directories.end());
    for (const std::string& directory : before) {
      if (!needed.contains(directory)) watch->remove(directory);
    }
    boost::asio::post(strand_, [this, kept = std::move(kept), incomplete = std::move(incomplete)]() mutable {
      planned(std::move(kept), std::move(incomplete));
    });
  });
}

void FileWatcher::planned(Plans plans, std::string incomplete) {
  if (stopped_) return;
  planning_ = false;
  plans_ = std::move(plans);
  for (const std::string& directory : std::exchange(outdated_, {})) forget_plans_about(directory);
  if (incomplete != incomplete_) {
    incomplete_ = incomplete;
    if (!incomplete.empty()) tell_({{}, {}, false, std::move(incomplete)});
  }
  if (std::exchange(plan_again_, false)) {
    plan();
    return;
  }
  for (const auto& ready : std::exchange(ready_, {})) ready();
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
  for (const core::PathPattern& pattern : patterns_) {
    const std::string fixed = fixed_directory(pattern);
    if (is_below(directory, fixed) || is_below(fixed, directory)) plans_.erase(pattern.text());
  }
}

bool FileWatcher::matters(const std::string& path) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const core::PathPattern& pattern) { return pattern.matches(path); });
}

void FileWatcher::on_events(std::vector<WatchEvent> events) {
  if (stopped_) return;
  for (const WatchEvent& event : events) on_event(event);
  if (!changed_.empty() || !vanished_.empty() || missed_) gather(kGather);
}

void FileWatcher::on_event(const WatchEvent& event) {
  switch (event.kind) {
    case WatchEvent::Kind::changed:
      if (matters(event.path)) changed_.insert(event.path);
      break;
    case WatchEvent::Kind::appeared: {
      const std::string name = event.path.substr(event.path.rfind('/') + 1);
      if (is_left_unwatched(name)) break;
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
    files_.post([this, directory, patterns = patterns_](FileServices&) {
      auto found = matching_files(patterns, directory, kMaxFilesInNewDirectory);
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

void FileWatcher::gather(std::chrono::milliseconds time) {
  if (std::exchange(gathering_, true)) return;
  timer_.expires_after(time);
  timer_.async_wait([this](const boost::system::error_code& error) {
    gathering_ = false;
    if (error || stopped_) return;
    Report report;
    report.files.assign(changed_.begin(), changed_.end());
    changed_.clear();
    report.vanished.assign(vanished_.begin(), vanished_.end());
    vanished_.clear();
    report.missed = std::exchange(missed_, false);
    tell_(std::move(report));
  });
}

void FileWatcher::stop() {
  stopped_ = true;
  timer_.cancel();
  if (watch_) watch_->stop();
  watch_.reset();
}

}  // namespace governor::daemon
