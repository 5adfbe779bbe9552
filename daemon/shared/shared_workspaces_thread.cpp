// The thread.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <utility>

#include "core/time_text.hpp"
#include "daemon/shared/database_answer.hpp"
#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/support/elapsed_clock.hpp"
#include "ipc/random_id.hpp"

namespace governor::daemon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectLimit{5000};
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5000};
/// The database forgets who does not ask for ten seconds.
constexpr milliseconds kLongestPoll{1000};
constexpr int kMostRounds = 5;
constexpr std::string_view kNoMember = "no_member";
constexpr std::size_t kMostPassed = 256;
constexpr std::size_t kMostReleases = 1000;
/// Others of the workspace wait meanwhile.
constexpr std::size_t kMostReleasesWithAsk = 64;
constexpr std::size_t kUuidLength = 36;

core::Error lacks_time() {
  return {core::ErrorCode::storage_unavailable,
          "The database of shared workspaces does not say in time who may write.", "Try again in a moment."};
}

core::Error does_not_answer(const core::Error& error) {
  return {core::ErrorCode::storage_unavailable,
          fmt::format("The database of shared workspaces does not answer the request: {}", error.message),
          error.hint.empty() ? "Try again in a moment." : error.hint};
}

SharedAnswer no_answer(core::LeaseKey lease, core::Error why) {
  SharedAnswer none;
  none.verdict.lease = lease;
  none.verdict.failure = std::move(why);
  return none;
}

/// That of the clock here does not matter for who may write, only for what people are told.
std::int64_t wall_clock_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

core::Error no_member() {
  core::Error error = lacks_time();
  error.given = kNoMember;
  return error;
}

core::Error SharedWorkspaces::unavailable() const {
  const std::lock_guard lock(mutex_);
  if (!trouble_) return lacks_time();
  core::Error error(core::ErrorCode::storage_unavailable,
                    fmt::format("The database of shared workspaces cannot be used since {}: {}",
                                core::utc_text(trouble_us_), trouble_->message),
                    trouble_->hint);
  if (!error.message.ends_with('.') && !error.message.ends_with('?')) error.message += '.';
  if (error.hint.empty()) {
    error.hint =
        "Ask again when governorctl shared status says that it answers. What is not shared can be written "
        "meanwhile.";
  }
  return error;
}

void SharedWorkspaces::in_trouble(const core::Error& error) {
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    is_news = !trouble_;
    if (is_news) trouble_us_ = wall_clock_us();
    trouble_ = error;
  }
  if (!is_news) return;
  spdlog::warn("the database of shared workspaces cannot be used: {} {}", error.message, error.hint);
  if (events_.on_trouble) events_.on_trouble(true);
}

void SharedWorkspaces::out_of_trouble() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(trouble_, std::nullopt)) return;
  }
  spdlog::info("the database of shared workspaces answers again");
  if (events_.on_trouble) events_.on_trouble(false);
}

bool SharedWorkspaces::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

void SharedWorkspaces::serve() {
  milliseconds pause = kFirstPause;
  bool has_failed = false;  // once: the connection may have been an old one
  while (!is_stopping()) {
    std::optional<core::Error> failure;
    const bool is_open = database_ && database_->is_connected() && epoch_ != 0;
    try {
      failure = is_open ? do_next() : open();
    } catch (const std::exception& unforeseen) {
      failure = core::Error(core::ErrorCode::internal_error, unforeseen.what());
    }
    if (!failure) {
      // That it opens does not mean that anything gets through.
      if (is_open) {
        pause = kFirstPause;
        has_failed = false;
      }
      if (epoch_ != 0 && database_->is_connected()) out_of_trouble();
      continue;
    }
    spdlog::debug("shared workspaces: {}", failure->message);
    if (!std::exchange(has_failed, true)) continue;
    if (is_stopping()) return;
    give_up(*failure);
    const std::array stop{stop_pipe_.first.get()};
    (void)ipc::pause_until(ipc::Deadline::after(pause), stop);
    pause = std::min(pause * 2, kLongestPause);
  }
}

/// Whatever waits is told so.
void SharedWorkspaces::give_up(const core::Error& why) {
  std::vector<std::shared_ptr<Ask>> asks;
  std::deque<std::shared_ptr<Job>> jobs;
  in_trouble(why);
  {
    const std::lock_guard lock(mutex_);
    asks.swap(asks_);
    jobs.swap(jobs_);
    for (const auto& ask : asks) releases_.push_back(ask->question.lease);
  }
  for (const auto& ask : asks) ask->then(no_answer(ask->question.lease, unavailable()));
  for (const auto& job : jobs) job->what.fail(unavailable());
}

/// A connection, and the membership: the one that there was if it still stands.
std::optional<core::Error> SharedWorkspaces::open() {
  if (!database_) {
    auto libpq = Libpq::load();
    if (!libpq) return std::move(libpq.error());
    database_ = std::make_unique<Database>(*std::move(libpq), settings_.database, stop_pipe_.first.get());
  }
  if (!database_->is_connected()) {
    if (auto error = database_->connect(ipc::Deadline::after(kConnectLimit))) return error;
    releases_with_asks_ = true;
    auto listens = database_->run("LISTEN governor", {}, ipc::Deadline::after(kConnectLimit));
    if (!listens) return std::move(listens.error());
    if (epoch_ != 0) return renew();
  }
  return join();
}

/// A random one, kept in the state directory, so that the next daemon takes up what this one has.
core::Result<std::string> SharedWorkspaces::load_identity(bool anew) const {
  std::string id;
  if (!anew) {
    std::ifstream(settings_.identity_file) >> id;
    if (id.size() == kUuidLength) return id;
  }
  id = ipc::random_uuid();
  const std::string fresh = settings_.identity_file + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << id << '\n' << std::flush;
  if (!file || std::rename(fresh.c_str(), settings_.identity_file.c_str()) != 0) {
    return core::Error(core::ErrorCode::storage_unavailable,
                       fmt::format("The file {} cannot be written.", settings_.identity_file),
                       "Make room in the state directory.");
  }
  return id;
}

std::optional<core::Error> SharedWorkspaces::join() {
  std::vector<core::LeaseKey> keep;
  {
    const std::lock_guard lock(mutex_);
    keep.assign(held_.begin(), held_.end());
  }
  WorkspaceDatabase workspaces(*database_);
  WorkspaceDatabase::Joined joined;
  const std::int64_t asked_us = elapsed_clock_us();
  for (const bool anew : {false, true}) {
    if (identity_.id.empty() || anew) {
      auto id = load_identity(anew);
      if (!id) return std::move(id.error());
      identity_.id = *std::move(id);
    }
    auto answer = workspaces.join(identity_, settings_.membership, keep);
    if (!answer) return std::move(answer.error());
    joined = *std::move(answer);
    if (!joined.is_taken) break;
    // The state directory was copied from one whose daemon runs: that keeps the name, and all it has.
    spdlog::warn("another daemon has this one's identity in the shared workspaces; it takes a new one");
  }
  if (joined.is_taken) return lacks_time();
  const std::unordered_set<core::LeaseKey> kept(joined.kept.begin(), joined.kept.end());
  std::erase_if(keep, [&](core::LeaseKey lease) { return kept.contains(lease); });
  {
    // Before it is a member again: nobody may act on what is lost, though the state learns of it later.
    const std::lock_guard lock(mutex_);
    for (const core::LeaseKey lease : keep) held_.erase(lease);
  }
  epoch_ = joined.epoch;
  membership_.confirmed(asked_us);
  next_renewal_ = Clock::now() + settings_.membership / 3;
  if (events_.on_joined) events_.on_joined();
  if (keep.empty()) return std::nullopt;
  spdlog::warn("{} leases were lost to other machines of shared workspaces", keep.size());
  if (events_.on_lost) events_.on_lost(std::move(keep));
  return std::nullopt;
}

std::optional<core::Error> SharedWorkspaces::renew() {
  const std::int64_t asked_us = elapsed_clock_us();
  auto claims = WorkspaceDatabase(*database_).renew(identity_.id, epoch_, settings_.membership);
  if (!claims) return std::move(claims.error());
  next_renewal_ = Clock::now() + settings_.membership / 3;
  bool is_as_known = claims->has_value();
  if (is_as_known) {
    const std::lock_guard lock(mutex_);
    // Whoever waits may or may not stand there yet.
    const auto count = static_cast<std::size_t>(**claims);
    is_as_known = count >= held_.size() && (count <= held_.size() + asks_.size() || !releases_.empty());
  }
  if (!is_as_known) {
    // The time was over and others have come, or a statement took effect after nobody waited for it.
    membership_.over();
    epoch_ = 0;
    return std::nullopt;
  }
  membership_.confirmed(asked_us);
  return std::nullopt;
}

std::vector<core::LeaseKey> SharedWorkspaces::first_releases(std::size_t most) const {
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<std::ptrdiff_t>(std::min(releases_.size(), most));
  return {releases_.begin(), releases_.begin() + count};
}

/// The first of them, when they are done.
void SharedWorkspaces::forget_releases(std::size_t count) {
  const std::lock_guard lock(mutex_);
  releases_.erase(releases_.begin(), releases_.begin() + static_cast<std::ptrdiff_t>(count));
}

std::optional<core::Error> SharedWorkspaces::release_some() {
  const std::vector<core::LeaseKey> some = first_releases(kMostReleases);
  if (auto error = WorkspaceDatabase(*database_).release(identity_.id, some)) return error;
  forget_releases(some.size());
  return std::nullopt;
}

SharedWorkspaces::Turn SharedWorkspaces::next_turn() const {
  Turn turn;
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  turn.renews = now >= next_renewal_;
  turn.has_releases = !releases_.empty();
  turn.rests_until = next_renewal_;
  if (turn.renews) return turn;
  const auto first = std::min_element(asks_.begin(), asks_.end(),
                                      [](const auto& a, const auto& b) { return a->next < b->next; });
  if (first != asks_.end()) {
    turn.rests_until = std::min(turn.rests_until, (*first)->next);
    if ((*first)->next <= now) turn.ask = *first;
  }
  if (!jobs_.empty() && (!turn.ask || jobs_.front()->posted < turn.ask->next)) {
    turn.job = jobs_.front();
    turn.ask = nullptr;
  }
  return turn;
}

/// What is due first, or a rest until something is.
std::optional<core::Error> SharedWorkspaces::do_next() {
  wakeup_.clear();
  hear();
  const Turn turn = next_turn();
  if (turn.renews) return renew();
  if (turn.has_releases && (!turn.ask || !releases_with_asks_)) return release_some();
  if (turn.job) return put(turn.job);
  if (turn.ask) return put(turn.ask);
  const std::array wakers{stop_pipe_.first.get(), wakeup_.descriptor()};
  return database_->wait_for_notice(ipc::Deadline::at(turn.rests_until), wakers);
}

/// Whoever waits in a workspace where something was released asks at once.
void SharedWorkspaces::hear() {
  constexpr std::string_view kOfWorkspace = "w:";
  for (const std::string& payload : database_->take_notices()) {
    if (!payload.starts_with(kOfWorkspace)) {
      if (settings_.on_notice) settings_.on_notice(payload);
      continue;
    }
    const std::string_view workspace = std::string_view(payload).substr(kOfWorkspace.size());
    const std::lock_guard lock(mutex_);
    for (const auto& ask : asks_) {
      if (ask->question.workspace != workspace) continue;
      ask->next = std::min(ask->next, Clock::now());
      ask->pause = milliseconds(0);
    }
  }
}

std::optional<core::Error> SharedWorkspaces::put(const std::shared_ptr<Job>& job) {
  std::optional<core::Error> error = lacks_time();
  if (Clock::now() < job->what.until) error = job->what.run(*database_, {identity_.id, epoch_});
  const bool is_over = Clock::now() >= job->what.until;
  if (error && !database_->is_connected() && !is_over) return error;
  if (error && error->given == kNoMember && !is_over && ++job->rounds < kMostRounds) return renew();
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return std::nullopt;
    std::erase(jobs_, job);
  }
  if (error) job->what.fail(error->given == kNoMember ? lacks_time() : *error);
  return std::nullopt;
}

/// The database compares less than what a pattern says.
void SharedWorkspaces::look_closer(Ask& ask, WorkspaceDatabase::Acquired& acquired) const {
  std::erase_if(acquired.in_the_way, [&](const WorkspaceDatabase::InTheWay& other) {
    const bool meets =
        std::any_of(other.patterns.begin(), other.patterns.end(), [&](const core::PathPattern& theirs) {
          return std::any_of(ask.question.patterns.begin(), ask.question.patterns.end(),
                             [&](const core::PathPattern& ours) { return ours.overlaps(theirs); });
        });
    if (!meets && ask.passed.size() < kMostPassed) ask.passed.push_back(other.claim);
    return !meets;
  });
}

/// With what is to be released, which costs no round trip and no commit of its own that way.
std::optional<core::Error> SharedWorkspaces::put(const std::shared_ptr<Ask>& ask) {
  using Outcome = WorkspaceDatabase::Acquired::Outcome;
  const auto now = Clock::now();
  const bool waits = now < ask->until;
  const std::size_t passed = ask->passed.size();
  std::vector<core::LeaseKey> released;
  if (releases_with_asks_) released = first_releases(kMostReleasesWithAsk);
  // It was withdrawn a moment ago.
  if (std::find(released.begin(), released.end(), ask->question.lease) != released.end())
    return release_some();
  auto acquired = WorkspaceDatabase(*database_)
                      .acquire(identity_.id, epoch_, ask->question, waits, ask->passed, released,
                               protections_.others_than_of(ask->question));
  if (!acquired && !released.empty() && lacks_function(acquired.error())) {
    releases_with_asks_ = false;
    return std::nullopt;
  }
  if (acquired) forget_releases(released.size());
  SharedAnswer result;
  result.verdict.lease = ask->question.lease;
  if (!acquired) {
    // What fails again and again fails alone: others are not told that there is no database.
    core::Error& error = acquired.error();
    if (++ask->rounds >= kMostRounds) {
      result.verdict.failure = does_not_answer(error);
      answer(ask, std::move(result));
      release({ask->question.lease});
    }
    ask->next = now + settings_.first_poll;
    return database_->is_connected() ? std::nullopt : std::optional(std::move(error));
  }
  if (acquired->outcome == Outcome::no_member) {
    if (++ask->rounds < kMostRounds) return renew();
    result.verdict.failure = lacks_time();
    answer(ask, std::move(result));
    return std::nullopt;
  }
  if (acquired->outcome == Outcome::granted) {
    result.verdict.is_granted = true;
    result.verdict.fence = acquired->fence;
    answer(ask, std::move(result));
    return std::nullopt;
  }
  if (acquired->outcome == Outcome::is_protected) {
    result.verdict.protections = protections_.look_closer(ask->question, std::move(acquired->protections));
    if (result.verdict.protections.empty()) {
      if (++ask->rounds < kMostRounds) return std::nullopt;  // at once, once more
      result.verdict.failure = lacks_time();
    }
    answer(ask, std::move(result));
    release({ask->question.lease});  // its place in the queue
    return std::nullopt;
  }
  look_closer(*ask, *acquired);
  if (acquired->in_the_way.empty() && ask->passed.size() > passed && ++ask->rounds < kMostRounds)
    return std::nullopt;  // at once, once more
  if (acquired->outcome == Outcome::waits) {
    ask->rounds = 0;
    ask->pause = std::max(std::min(ask->pause * 2, kLongestPoll), settings_.first_poll);
    ask->next =
        std::min<Clock::time_point>(now + ask->pause, std::max(ask->until, now + settings_.first_poll));
    return std::nullopt;
  }
  for (WorkspaceDatabase::InTheWay& other : acquired->in_the_way)
    result.verdict.obstacles.push_back(std::move(other.obstacle));
  answer(ask, std::move(result));
  return std::nullopt;
}

/// Unless it was withdrawn meanwhile, and is released then.
void SharedWorkspaces::answer(const std::shared_ptr<Ask>& ask, SharedAnswer answer) {
  {
    const std::lock_guard lock(mutex_);
    if (ask->is_withdrawn || is_stopping_) return;
    std::erase(asks_, ask);
    if (answer.verdict.is_granted) {
      held_.insert(ask->question.lease);
      in_hand_.insert(ask->question.lease);
    }
  }
  if (answer.verdict.is_granted)
    answer.claim = std::make_shared<SharedClaim>(weak_from_this(), ask->question.lease);
  ask->then(std::move(answer));
}

}  // namespace governor::daemon
