#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "core/result.hpp"
#include "daemon/shared/known_protections.hpp"
#include "daemon/shared/membership.hpp"
#include "daemon/shared/shared_question.hpp"
#include "daemon/shared/wakeup.hpp"
#include "daemon/shared/workspace_database.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Who this daemon is in the database now.
struct SharedMember {
  std::string daemon;  ///< a UUID
  std::int64_t epoch = 0;
};

/// Where the daemon of a state directory keeps who it is in the database.
inline std::string shared_identity_file(const std::string& state_directory) {
  return state_directory + "/shared_identity";
}

/// Work for the database besides leases.
struct SharedJob {
  /// One call of a function there, which may be made twice: if the connection is gone afterwards it is made
  /// once more, and so it is if the error is `no_member()`, when the daemon has joined again.
  std::function<std::optional<core::Error>(Database&, const SharedMember&)> run;
  /// Called once if `run` has had no success: another error, the time is over, or the database is not to be
  /// had. Not when the daemon stops.
  std::function<void(const core::Error&)> fail;
  std::chrono::steady_clock::time_point until;
};

/// What `SharedJob::run` gives where a function says that the daemon is no member of this epoch any more.
core::Error no_member();

/// This daemon's part in the workspaces that several machines share. A thread of its own, which is not
/// confined, talks with the database, one statement at a time; nobody else ever waits for it. It does the
/// same for whatever else is shared (`post`).
///
/// What was granted here is the daemon's as long as it is a member, which the thread renews. What it has not
/// said of an ended lease it says until it is done; what it did not come to say before it died, the next one
/// says when it joins, and names what it still has.
class SharedWorkspaces : public std::enable_shared_from_this<SharedWorkspaces> {
 public:
  struct Settings {
    std::string database;  ///< without a password
    std::chrono::milliseconds membership{15'000};
    std::string identity_file;  ///< in a directory that is there
    std::string host;
    std::string who;
    /// After which a request that waits is put again at first, later less often: a NOTIFY may get lost.
    std::chrono::milliseconds first_poll{50};
    /// The payload of a NOTIFY, but for those of workspaces; on a thread of its own, from `start` to `stop`.
    /// One may get lost: it only says where to look.
    std::function<void(std::string_view payload)> on_notice{};
  };
  /// All called on a thread of its own.
  struct Events {
    /// Others may have these leases now.
    std::function<void(std::vector<core::LeaseKey>)> on_lost;
    std::function<void(bool is_in_trouble)> on_trouble;
    /// This daemon has become a member, of a new epoch: what it told before may be gone.
    std::function<void()> on_joined{};
  };

  explicit SharedWorkspaces(Settings settings);
  ~SharedWorkspaces();
  SharedWorkspaces(const SharedWorkspaces&) = delete;
  SharedWorkspaces& operator=(const SharedWorkspaces&) = delete;

  /// Once. `held` are the leases that the daemon has from before.
  void start(std::vector<core::LeaseKey> held, Events events);
  /// Waits for what is under way, a few seconds at most if names are looked up at once. Questions that are
  /// open are not answered any more.
  void stop();

  /// `then` is called once, on the thread here, unless the question is withdrawn: at the latest some seconds
  /// after the time that it may wait.
  void ask(SharedQuestion question, std::function<void(SharedAnswer)> then);
  void withdraw(core::LeaseKey lease);
  void release(const std::vector<core::LeaseKey>& leases);
  /// Of what was taken nothing else is left.
  void keep_only(const std::vector<core::LeaseKey>& leases);
  /// Does it on the thread here while this daemon is a member, in turn. Any thread.
  void post(SharedJob job);

  /// Whether the lease may be acted on now: this daemon is a member, and has not lost it to others, of which
  /// the state may not know yet. Any thread.
  [[nodiscard]] bool holds(core::LeaseKey lease) const;
  /// Whether this daemon is a member. Any thread.
  [[nodiscard]] bool lasts() const { return membership_.lasts(); }
  /// Why not, since when, and what to do.
  [[nodiscard]] core::Error unavailable() const;

 private:
  friend class SharedClaim;
  using Clock = std::chrono::steady_clock;

  struct Ask {
    SharedQuestion question;
    std::function<void(SharedAnswer)> then;
    Clock::time_point until;
    Clock::time_point next;
    std::chrono::milliseconds pause{0};
    std::vector<std::string> passed{};  ///< in the way for the database alone
    int rounds = 0;                     ///< in which it was answered nothing
    bool is_withdrawn = false;
  };
  struct Job {
    SharedJob what;
    Clock::time_point posted;
    int rounds = 0;  ///< in which this daemon was no member
  };
  /// What is due next.
  struct Turn {
    std::shared_ptr<Ask> ask{};
    std::shared_ptr<Job> job{};
    bool has_releases = false;
    bool renews = false;
    Clock::time_point rests_until{};
  };

  void serve();
  std::optional<core::Error> open();
  std::optional<core::Error> join();
  std::optional<core::Error> renew();
  std::optional<core::Error> release_some();
  [[nodiscard]] std::vector<core::LeaseKey> first_releases(std::size_t most) const;
  void forget_releases(std::size_t count);
  std::optional<core::Error> put(const std::shared_ptr<Ask>& ask);
  std::optional<core::Error> put(const std::shared_ptr<Job>& job);
  std::optional<core::Error> do_next();
  [[nodiscard]] Turn next_turn() const;
  void give_up(const core::Error& why);
  void hear();
  void answer(const std::shared_ptr<Ask>& ask, SharedAnswer answer);
  void look_closer(Ask& ask, WorkspaceDatabase::Acquired& acquired) const;
  void in_trouble(const core::Error& error);
  void out_of_trouble();
  [[nodiscard]] bool is_stopping() const;
  void take(core::LeaseKey lease);
  [[nodiscard]] core::Result<std::string> load_identity(bool anew) const;

  const Settings settings_;
  Membership membership_;
  Events events_;
  std::thread thread_;
  std::pair<ipc::UniqueFd, ipc::UniqueFd> stop_pipe_;
  Wakeup wakeup_;

  // The thread's own.
  std::unique_ptr<Database> database_;
  bool releases_with_asks_ = true;  ///< on this connection: a database that was prepared long ago cannot
  SharedIdentity identity_;
  std::int64_t epoch_ = 0;  ///< 0: it has not joined
  Clock::time_point next_renewal_;
  KnownProtections protections_;

  mutable std::mutex mutex_;
  bool is_stopping_ = false;
  std::vector<std::shared_ptr<Ask>> asks_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::unordered_set<core::LeaseKey> held_;     ///< that were granted, until they are to be released
  std::unordered_set<core::LeaseKey> in_hand_;  ///< those of them that nobody has taken yet
  std::vector<core::LeaseKey> releases_;
  std::optional<core::Error> trouble_;
  std::int64_t trouble_us_ = 0;  ///< since when, by the system clock
};

class SharedClaim {
 public:
  SharedClaim(std::weak_ptr<SharedWorkspaces> workspaces, core::LeaseKey lease)
      : workspaces_(std::move(workspaces)), lease_(lease) {}
  ~SharedClaim();
  SharedClaim(const SharedClaim&) = delete;
  SharedClaim& operator=(const SharedClaim&) = delete;

  /// It is a lease now, and ends with it.
  void take();

 private:
  std::weak_ptr<SharedWorkspaces> workspaces_;
  core::LeaseKey lease_;
  bool is_taken_ = false;
};

}  // namespace governor::daemon
