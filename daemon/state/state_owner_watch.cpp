// Files that change without governor: what is watched, and what becomes of it.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "daemon/files/leftovers.hpp"
#include "daemon/state/internal_sink.hpp"
#include "daemon/state/state_owner.hpp"
#include "daemon/tools/coordination/changed_files_call.hpp"

namespace governor::daemon {

/// Any thread. What it lives on, and what it makes beside the files of people for a moment.
bool StateOwner::is_own_file(std::string_view path) const {
  return is_temporary_name(path.substr(path.rfind('/') + 1)) || files_.own().contains(path);
}

/// To be called when leases, protections or watched projects have changed.
void StateOwner::refresh_watch(core::FileChange::When when) {
  if (!state_ || stopping_) return;
  auto targets = state_->watch_targets();
  std::vector<core::WatchTarget> fresh;
  for (const core::WatchTarget& target : targets) {
    if (!watched_.contains(target.key())) fresh.push_back(target);
  }
  watched_.clear();
  for (const core::WatchTarget& target : targets) watched_.insert(target.key());
  watcher_.watch(std::move(targets), [this, fresh = std::move(fresh), when]() mutable {
    // What the files hold now is what later changes are compared with, and what can be brought back.
    if (!fresh.empty()) look_at_files({{}, {}, std::move(fresh), when});
  });
}

void StateOwner::look_at_files(ChangedFiles what) {
  what.is_own = [this](std::string_view path) { return is_own_file(path); };
  PendingCall look;
  look.sink =
      std::make_shared<InternalSink>(InternalSink::Success::is_silent, "looking at files that changed");
  look.ticket.started = std::chrono::steady_clock::now();
  look.operation = &kChangedFiles;
  look.call = std::make_shared<ChangedFilesCall>(
      std::move(what), [this](std::vector<std::string> files) { watcher_.look_again(std::move(files)); });
  call(std::move(look));
}

void StateOwner::on_file_report(FileWatcher::Report report) {
  if (report.trouble) {
    if (!report.trouble->empty()) spdlog::warn("{}", *report.trouble);
    counters_.watch_trouble.store(!report.trouble->empty(), std::memory_order_relaxed);
    on_strand([this, trouble = *report.trouble] {
      core::Changes changes;
      if (trouble.empty()) {
        state_->resolve_alert("watch_incomplete", settings_.now_us(), changes);
      } else {
        state_->raise_alert(
            {"watch_incomplete", core::AlertKind::watch_incomplete, core::AlertSeverity::warning, "",
             "Not all files that should be watched are: " + trouble},
            settings_.now_us(), changes);
      }
      if (!changes.empty()) commits_.add(std::move(changes), nullptr);
    });
  }
  if (report.missed) {
    on_strand([this] {
      core::Changes changes;
      state_->raise_alert(
          {"watch_overflow", core::AlertKind::watch_incomplete, core::AlertSeverity::warning, "",
           "More files changed at once than the system reports. All that are watched were "
           "looked at again; a file that changed and changed back meanwhile was not seen."},
          settings_.now_us(), changes);
      if (!changes.empty()) commits_.add(std::move(changes), nullptr);
      look_at_files({{}, {}, state_->watch_targets(), core::FileChange::When::now});
    });
  }
  if (report.files.empty() && report.vanished.empty()) return;
  look_at_files({std::move(report.files), std::move(report.vanished), {}, core::FileChange::When::now});
}

/// Called now and then.
void StateOwner::settle_backups() {
  if (settling_backups_ || !files_.has_unsettled()) return;
  settling_backups_ = true;
  files_.post([this](FileServices& services) {
    services.backups().settle();
    boost::asio::post(strand_, [this] { settling_backups_ = false; });
  });
}

/// Called now and then.
void StateOwner::look_at_displaced_files() {
  if (!state_ || stopping_ || looking_at_displaced_ || !files_.has_displaced()) return;
  looking_at_displaced_ = true;
  files_.post([this](FileServices& services) {
    auto found = services.displaced().look(services.backups(), services.settings().max_file_bytes);
    const auto late = std::make_shared<std::vector<DisplacedFiles::LateWrite>>(std::move(found));
    boost::asio::post(strand_, [this, late] {
      looking_at_displaced_ = false;
      if (late->empty()) return;
      on_strand([this, late] {
        core::Changes changes;
        for (DisplacedFiles::LateWrite& write : *late)
          state_->record_late_write(write.path, std::move(write.state), settings_.now_us(), changes);
        if (!changes.empty()) commits_.add(std::move(changes), nullptr);
      });
    });
  });
}

}  // namespace governor::daemon
