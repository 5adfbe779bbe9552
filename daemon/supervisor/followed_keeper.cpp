#include "daemon/supervisor/followed_keeper.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "daemon/supervisor/deployment_records.hpp"
#include "daemon/supervisor/keeper_start.hpp"
#include "daemon/supervisor/process_scan.hpp"
#include "daemon/support/timestamp.hpp"
#include "ipc/replace_file.hpp"

namespace governor::daemon {
namespace {

using core::DeploymentState;

constexpr std::size_t kOutputAtOnce = 1024 * 1024;
constexpr std::chrono::milliseconds kUsualInterval{250};
constexpr std::chrono::milliseconds kEndingInterval{50};
/// A keeper that does not end in the time that it has is hanging itself.
constexpr std::chrono::seconds kKeeperPatience{15};
/// How long a keeper that was started may need to say so.
constexpr std::chrono::seconds kRecordPatience{35};
/// One that was just being born is seen the second time.
constexpr int kLooksForOrphans = 3;
/// Of one that is taken up again, all that it wrote is read at once: whether it waits shows when that is a
/// while ago.
constexpr std::chrono::seconds kTakenUpPatience{3};
/// On a machine that is busy a program takes long to begin.
constexpr std::chrono::seconds kUnclearPatience{5};

bool same_report(const core::DeploymentSeen& a, const core::DeploymentSeen& b) {
  return a.state == b.state && a.waiting_for == b.waiting_for && a.why == b.why && a.usage == b.usage &&
         a.runner_session == b.runner_session && a.until_us == b.until_us;
}

const Runner& runner_of(const SupervisorSettings& settings, const std::string& name) {
  static const Runner kUnknown;  // it was taken out of the configuration meanwhile
  const Runner* runner = settings.find_runner(name);
  return runner != nullptr ? *runner : kUnknown;
}

/// What this run has used is never less than what is on record of it: old output is forgotten.
void add_known_usage(core::DeploymentUsage& usage, const core::DeploymentUsage& known) {
  usage.turns = std::max(usage.turns, known.turns);
  usage.tokens = std::max(usage.tokens, known.tokens);
  usage.cost_micro_usd = std::max(usage.cost_micro_usd, known.cost_micro_usd);
}

core::DeploymentUsage usage_of_run(const core::DeploymentStanding& standing) {
  const core::DeploymentUsage& all = standing.usage;
  const core::DeploymentUsage& earlier = standing.earlier;
  const auto rest = [](std::uint64_t of, std::uint64_t part) { return of - std::min(of, part); };
  return {rest(all.turns, earlier.turns), rest(all.tokens, earlier.tokens),
          rest(all.cost_micro_usd, earlier.cost_micro_usd)};
}

}  // namespace

FollowedKeeper::FollowedKeeper(const SupervisorSettings& settings, const core::Deployment& deployment,
                               Report report)
    : settings_(settings),
      id_(deployment.order.id),
      files_{settings.deployments_directory() + "/" + id_},
      report_(std::move(report)),
      known_keeper_(deployment.standing.keeper),
      known_usage_(usage_of_run(deployment.standing)),
      paused_(deployment.standing.paused),
      tail_(files_.directory),
      watch_(runner_of(settings, deployment.order.runner), settings.deployments.stuck_after, settings.now()) {
}

std::chrono::milliseconds FollowedKeeper::interval() const {
  return ending_ || keeper_gone_ ? kEndingInterval : kUsualInterval;
}

void FollowedKeeper::look() {
  const auto now = settings_.now();
  if (!record_ && !keeper_gone_) find_keeper();
  if (!record_ && !keeper_gone_) return;
  if (!keeper_gone_ && is_keeper_gone()) keeper_gone_ = true;
  if (pause_untold_) tell_pause();
  if (wanted_) ask_to_end(*std::exchange(wanted_, std::nullopt));
  read_output();
  if (keeper_gone_) {
    look_after_keeper_is_gone(now);
    return;
  }
  report_seen(now);
  end_what_stays(now);
  press_keeper(Clock::now());
}

/// The keeper may be about to write its record, or never have begun.
void FollowedKeeper::find_keeper() {
  if (auto record = read_keeper_record(files_)) {
    if (!record->runs && ipc::liveness(record->keeper) == ipc::Liveness::alive) return;  // in a moment
    descriptor_ = ProcessDescriptor(record->keeper.pid);
    // Only now: if it still is the keeper's pid, then the descriptor means the keeper.
    record_ = std::move(record);
    tail_.begin_at(record_->output_start);
    const bool is_known =
        known_keeper_.pid == record_->keeper.pid && known_keeper_.start_time == record_->keeper.start_time;
    const auto started = is_known ? std::nullopt : started_deployment(files_);
    if (started) report_(*started);
    if (is_known) silent_until_ = settings_.now() + kTakenUpPatience;
    return;
  }
  if (read_end_record(files_) || close_without_keeper(files_, "it was never started")) {
    keeper_gone_ = true;
    return;
  }
  if (::access(files_.launch().c_str(), F_OK) != 0) {
    core::DeploymentEnded end;
    end.state = DeploymentState::failed;
    end.why = "it was never started";
    end.ended_us = system_now_us();
    report_end(std::move(end));
    return;
  }
  // Somebody holds its lock: a keeper that has not come far.
  const auto now = Clock::now();
  if (!missing_since_) missing_since_ = now;
  if (now - *missing_since_ >= kRecordPatience && !unknown_) {
    unknown_ = true;
    spdlog::warn("the keeper of {} runs and does not say what it does", id_);
  }
}

bool FollowedKeeper::is_keeper_gone() {
  switch (ipc::liveness(record_->keeper)) {
    case ipc::Liveness::dead: return true;
    case ipc::Liveness::alive: return false;
    case ipc::Liveness::unknown: break;
  }
  if (!std::exchange(unknown_, true))
    spdlog::warn("the system does not tell whether the keeper of {} lives", id_);
  return false;
}

void FollowedKeeper::read_output() {
  for (;;) {
    const std::string bytes = tail_.read(kOutputAtOnce);
    watch_.take(bytes, settings_.now());
    // What is left at the end counts; of a flood a part each time.
    if (bytes.size() < kOutputAtOnce || !keeper_gone_) return;
  }
}

void FollowedKeeper::report_seen(Clock::time_point now) {
  if (silent_until_ && now < *silent_until_) return;
  if (paused_) watch_.pause(now);
  auto seen = watch_.seen(now);
  if (!seen) return;
  if (seen->usage) add_known_usage(*seen->usage, known_usage_);
  if (reported_ && same_report(*reported_, *seen)) return;
  reported_ = *seen;
  report_(*std::move(seen));
}

void FollowedKeeper::end_what_stays(Clock::time_point now) {
  const auto result = watch_.result_at();
  if (asked_ || !result || now - *result < settings_.stays_after_result) return;
  const StreamEvents& events = watch_.events();
  ask_to_end({events.has_failed() ? "its client said that it has failed, and stayed: " + events.failure()
                                  : "its client stayed after its result",
              !events.has_failed()});
}

void FollowedKeeper::stop(std::string reason) {
  if (!asked_ && !wanted_) wanted_ = StopRecord{std::move(reason), false};
}

void FollowedKeeper::pause(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  pause_untold_ = true;
}

void FollowedKeeper::tell_pause() {
  if (keeper_gone_ || !record_) return;
  pause_untold_ = false;
  const bool was_told = ::access(files_.paused().c_str(), F_OK) == 0;
  if (paused_ == was_told) return;
  if (!paused_) {
    ::unlink(files_.paused().c_str());
  } else if (const auto written = ipc::replace_file(files_.paused(), "\n"); !written) {
    spdlog::warn("{} cannot be paused: {}", id_, written.error().message);
    pause_untold_ = true;
    return;
  }
  if (ipc::liveness(record_->keeper) == ipc::Liveness::alive) descriptor_.send(SIGCHLD);
}

void FollowedKeeper::ask_to_end(const StopRecord& record) {
  if (keeper_gone_ || !record_) return;
  asked_ = record;
  asked_at_ = Clock::now();
  static_cast<void>(write_stop_record(files_, record));
  if (ipc::liveness(record_->keeper) != ipc::Liveness::alive) return;
  descriptor_.send(SIGTERM);
  descriptor_.send(SIGCONT);
}

/// A keeper that does not do what it is for is ended like the rest.
void FollowedKeeper::press_keeper(Clock::time_point now) {
  if (!asked_ || now - asked_at_ < settings_.grace + EndingProcesses::kKillFor + kKeeperPatience) return;
  if (ipc::liveness(record_->keeper) == ipc::Liveness::alive) descriptor_.send(SIGKILL);
}

void FollowedKeeper::look_after_keeper_is_gone(Clock::time_point now) {
  report_seen(now);
  if (const auto end = read_end_record(files_)) {
    report_end(ended(*end));
    return;
  }
  end_orphans(Clock::now());
}

/// Those that the keeper has left because it was killed itself. They are known by what is in their
/// environment, and are not older than their keeper: so nobody else's are among them.
std::vector<SeenProcess> FollowedKeeper::orphans(bool& is_clear) const {
  return marked_processes("GOVERNOR_DEPLOYMENT=" + id_, record_->keeper.start_time, is_clear);
}

void FollowedKeeper::end_orphans(Clock::time_point now) {
  const auto here = ipc::identify_process(::getpid());
  const bool is_this_boot = record_ && here && here->boot_id == record_->keeper.boot_id;
  std::vector<SeenProcess> left;
  if (is_this_boot) {
    if (!ending_) ending_.emplace(now, settings_.grace);
    bool is_clear = true;
    left = orphans(is_clear);
    ending_->look(left, now);
    // One that is just beginning a program may turn out to be one; who never has an environment is a
    // stranger.
    if (!unclear_since_ || is_clear) unclear_since_ = now;
    const bool is_sure = is_clear || now - *unclear_since_ >= kUnclearPatience;
    looks_without_orphans_ = left.empty() && is_sure ? looks_without_orphans_ + 1 : 0;
    if (looks_without_orphans_ < kLooksForOrphans && !ending_->is_hopeless(now)) return;
  }
  EndRecord end;
  end.how = asked_ ? EndRecord::How::stopped : EndRecord::How::lost;
  end.counts_as_finished = asked_ && asked_->counts_as_finished;
  end.why = is_this_boot ? "its keeper was killed" : "the machine was started anew";
  if (asked_) end.why = asked_->why + "; " + end.why;
  if (ending_ && ending_->told() > 0)
    end.why += fmt::format(", and {} processes of it were ended", ending_->told());
  for (const SeenProcess& process : left) end.left.push_back(process.pid);
  end.ended_us = system_now_us();
  end.output_bytes = tail_.offset();
  static_cast<void>(write_end_record(files_, end));
  report_end(ended(end));
}

core::DeploymentEnded FollowedKeeper::ended(const EndRecord& record) const {
  core::DeploymentEnded end = ended_deployment(record);
  if (record.how != EndRecord::How::exited) return end;
  const StreamEvents& events = watch_.events();
  if (events.has_failed()) end.state = DeploymentState::failed;
  if (end.state != DeploymentState::failed) return end;
  const std::string said = events.failure().empty() ? watch_.last_line() : events.failure();
  if (!said.empty()) end.why += ": " + said;
  return end;
}

/// What it has used and said since it was looked at last. How it stood then does not matter any more.
void FollowedKeeper::report_rest() {
  const auto seen = watch_.seen(settings_.now());
  if (!seen || !seen->usage) return;
  core::DeploymentSeen rest = reported_.value_or(core::DeploymentSeen{});
  rest.runner_session = seen->runner_session;
  rest.usage = seen->usage;
  add_known_usage(*rest.usage, known_usage_);
  if (!reported_ || !same_report(*reported_, rest)) report_(std::move(rest));
}

void FollowedKeeper::report_end(core::DeploymentEnded end) {
  is_over_ = true;
  report_rest();
  ::unlink(files_.token().c_str());
  report_(std::move(end));
}

}  // namespace governor::daemon
