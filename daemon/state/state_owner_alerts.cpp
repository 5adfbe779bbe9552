// What the daemon warns of by itself: its disk, its clock, its own crashes.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <utility>

#include "core/time_text.hpp"
#include "daemon/state/state_owner.hpp"
#include "daemon/tools/server/alert_json.hpp"

namespace governor::daemon {
namespace {

/// A storage that fails again and again tells a person once in this time.
constexpr std::int64_t kTellAgainUs = 600'000'000;
/// Jumps of a clock that jumps all the time are audited once in this time.
constexpr std::int64_t kAuditJumpUs = 60'000'000;
constexpr double kMiB = 1024.0 * 1024.0;

std::string alert_text(const core::Alert& alert) {
  std::string text;
  JsonWriter json(text);
  write_alert(json, alert);
  return text;
}

}  // namespace

void StateOwner::on_durable(const core::Changes& changes) {
  hub_.durable(changes);
  count_losses(changes);
  release_shared(changes);
  note_protections(changes);
  const bool concerns_watch = std::any_of(changes.begin(), changes.end(), [](const core::Change& change) {
    return std::holds_alternative<core::LeaseSaved>(change) ||
           std::holds_alternative<core::ProtectionSaved>(change) ||
           std::holds_alternative<core::WatchRootsSaved>(change);
  });
  const std::uint64_t projects = state_ ? state_->commands().projects_version() : projects_seen_;
  if (concerns_watch || projects != projects_seen_) refresh_watch(core::FileChange::When::first_look);
  projects_seen_ = projects;
  if (!settings_.alerts.report) return;
  for (const core::Change& change : changes) {
    const auto* saved = std::get_if<core::AlertSaved>(&change);
    // Of trouble with the storage was told when it began, since it could not be stored then.
    if (saved == nullptr || !saved->raised || saved->alert.kind == core::AlertKind::storage) continue;
    settings_.alerts.report(alert_text(saved->alert));
  }
}

void StateOwner::report_damage(const std::string& what) {
  if (counters_.storage_damaged.exchange(true)) return;  // a person has been told
  spdlog::error("{}", what);
  core::Changes changes;
  const std::string message =
      what + " Run \"governorctl restart\": the start looks for what can be saved and says what is missing.";
  state_->audit({}, "damage_found", 0, message, settings_.now_us(), changes);
  state_->raise_alert({"damage", core::AlertKind::data_loss, core::AlertSeverity::critical, "", message},
                      settings_.now_us(), changes);
  commits_.add(std::move(changes), nullptr);
}

/// What was lost stays known, in health too, until a person has seen it.
void StateOwner::count_losses(const core::Changes& changes) {
  for (const core::Change& change : changes) {
    const auto* saved = std::get_if<core::AlertSaved>(&change);
    if (saved == nullptr || saved->alert.kind != core::AlertKind::data_loss) continue;
    if (saved->alert.acknowledged_us == 0) {
      open_losses_.insert(saved->alert.key);
    } else {
      open_losses_.erase(saved->alert.key);
    }
  }
  counters_.open_losses = open_losses_.size();
}

/// Of a loss the store told in the database itself, before there was anybody to hear it. At each start a
/// person hears of it again.
void StateOwner::report_losses(const std::vector<core::Alert>& alerts) {
  for (const core::Alert& alert : alerts) {
    if (alert.kind != core::AlertKind::data_loss || alert.acknowledged_us != 0) continue;
    open_losses_.insert(alert.key);
    if (settings_.alerts.report) settings_.alerts.report(alert_text(alert));
  }
  counters_.open_losses = open_losses_.size();
}

void StateOwner::report_unclean_run() {
  if (!settings_.alerts.unclean_run) return;
  const std::string message = std::exchange(settings_.alerts.unclean_run, std::nullopt)->describe();
  core::Changes changes;
  state_->audit({}, "unclean_run", 0, message, settings_.now_us(), changes);
  state_->raise_alert(
      {"daemon_crash", core::AlertKind::daemon_crash, core::AlertSeverity::critical, "", message},
      settings_.now_us(), changes);
  commits_.add(std::move(changes), nullptr);
}

void StateOwner::watch_clock() {
  if (settings_.alerts.elapsed_us == nullptr || !state_) return;
  const std::int64_t now = settings_.now_us();
  const auto jump = clock_watch_.observe(now, settings_.alerts.elapsed_us());
  if (!jump) return;
  const std::string message = fmt::format(
      "The system clock was set {} by {:.1f} s, to {}. Times before and after do not fit together.",
      *jump > 0 ? "forward" : "back", static_cast<double>(std::abs(*jump)) / 1e6, core::utc_text(now));
  core::Changes changes;
  if (std::abs(now - last_jump_audited_us_) > kAuditJumpUs) {
    last_jump_audited_us_ = now;
    state_->audit({}, "clock_jump", 0, message, now, changes);
  }
  state_->raise_alert({"clock_jump", core::AlertKind::clock_jump, core::AlertSeverity::warning, "", message},
                      now, changes);
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
}

/// The disk is asked on the store's thread: should it hang, that thread does so anyway.
void StateOwner::watch_disk() {
  const auto now = std::chrono::steady_clock::now();
  if (settings_.alerts.disk_space == nullptr || disk_asked_ || now < next_disk_check_) return;
  disk_asked_ = true;
  next_disk_check_ = now + settings_.alerts.disk_interval;
  auto job = [this](Store&) {
    const auto space = settings_.alerts.disk_space(facts_.state_directory);
    boost::asio::post(strand_, [this, space] {
      disk_asked_ = false;
      shielded([&] {
        if (space && state_) on_disk_space(*space);
      });
    });
  };
  store_.post(std::move(job), "measuring the room on the disk");
}

/// Every commit looks as well; this is for when there are none. The attempts to write that follow from it say
/// in the log what is wrong, and find out when all is well again.
void StateOwner::watch_database() {
  const auto now = std::chrono::steady_clock::now();
  if (database_asked_ || now < next_database_check_) return;
  database_asked_ = true;
  next_database_check_ = now + settings_.files_interval;
  auto job = [this](Store& store) {
    const bool lost = store.find_lost_files().has_value();
    if (!lost) store.shorten_log();
    boost::asio::post(strand_, [this, lost] {
      database_asked_ = false;
      if (!lost) return;
      counters_.storage_lost = true;
      counters_.storage_failing = true;
    });
  };
  store_.post(std::move(job), "looking after the database's files");
}

void StateOwner::on_disk_space(const DiskSpace& space) {
  const auto turn = disk_watch_.observe(space);
  if (!turn) return;
  const std::int64_t now = settings_.now_us();
  core::Changes changes;
  if (*turn == DiskSpaceWatch::Turn::low) {
    state_->raise_alert(
        {"low_disk", core::AlertKind::low_disk, core::AlertSeverity::critical, "",
         fmt::format(
             "Only {:.0f} MiB are free on the file system of {}. When it is full, updates are refused.",
             static_cast<double>(space.free_bytes) / kMiB, facts_.state_directory)},
        now, changes);
  } else {
    state_->resolve_alert("low_disk", now, changes);
  }
  if (!changes.empty()) commits_.add(std::move(changes), nullptr);
}

/// While the storage fails its alert cannot be stored: a person is told at once, and it is stored when writes
/// succeed again, with the time at which it began.
void StateOwner::watch_storage() {
  const std::int64_t now = settings_.now_us();
  const bool trouble = counters_.storage_failing || commits_.stalled() || reload_error_;
  if (trouble && storage_trouble_us_ == 0) {
    storage_trouble_us_ = now;
    if (settings_.alerts.report && (storage_well_us_ == 0 || now - storage_well_us_ > kTellAgainUs)) {
      core::Alert alert;
      alert.cause = "storage";
      alert.severity = core::AlertSeverity::critical;
      alert.message = "Changes cannot be stored; updates are refused until they can. The log says why.";
      alert.raised_us = now;
      settings_.alerts.report(alert_text(alert));
    }
  } else if (!trouble && storage_trouble_us_ != 0 && state_) {
    storage_well_us_ = now;
    const std::int64_t began = std::exchange(storage_trouble_us_, 0);
    core::Changes changes;
    state_->raise_alert({"storage", core::AlertKind::storage, core::AlertSeverity::critical, "",
                         fmt::format("Changes could not be stored from {} to {}; updates were refused.",
                                     core::utc_text(began), core::utc_text(now))},
                        began, changes);
    state_->resolve_alert("storage", now, changes);
    commits_.add(std::move(changes), nullptr);
  }
}

}  // namespace governor::daemon
