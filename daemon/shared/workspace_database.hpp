#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/lease_commands.hpp"
#include "daemon/shared/database.hpp"
#include "daemon/shared/protection_database.hpp"
#include "daemon/shared/shared_question.hpp"

namespace governor::daemon {

/// Of the schema that `WorkspaceDatabase::init` makes. It grows with every change of it: what a database was
/// prepared with tells whether an older governor has done that.
inline constexpr int kSharedSchemaVersion = 6;

/// Who this daemon is for the others.
struct SharedIdentity {
  std::string id;  ///< a UUID
  std::string host;
  std::string who;
  std::string place;  ///< machine and state directory: a copy of that is another daemon
};

/// What one may do with the database of shared workspaces, see kWorkspaceSchema: each is one call of a
/// function there, and so one transaction.
class WorkspaceDatabase {
 public:
  explicit WorkspaceDatabase(Database& database) : database_(database) {}

  struct Joined {
    bool is_taken = false;  ///< a daemon of another place has this identity
    std::int64_t epoch = 0;
    std::vector<core::LeaseKey> kept;
  };
  core::Result<Joined> join(const SharedIdentity& identity, std::chrono::milliseconds membership,
                            const std::vector<core::LeaseKey>& keep);

  /// How many claims the daemon has; none: it is no member any more.
  core::Result<std::optional<std::int64_t>> renew(const std::string& daemon, std::int64_t epoch,
                                                  std::chrono::milliseconds membership);

  /// Somebody who is in the way as far as the database can tell.
  struct InTheWay {
    std::string claim;  ///< to be passed over
    std::vector<core::PathPattern> patterns;
    core::LeaseObstacle obstacle;
  };
  struct Acquired {
    enum class Outcome { granted, waits, held, is_protected, no_member };
    Outcome outcome = Outcome::no_member;
    std::uint64_t fence = 0;
    std::vector<InTheWay> in_the_way;
    std::vector<FoundProtection> protections;  ///< of `is_protected`, as far as the database can tell
  };
  /// `released`, which has not the lease that is asked for, is released in the same statement: unless there
  /// is an error, whatever the outcome. Where the database is older and cannot do that, the error is as
  /// `lacks_function` says, and neither has been done.
  core::Result<Acquired> acquire(const std::string& daemon, std::int64_t epoch,
                                 const SharedQuestion& question, bool waits,
                                 const std::vector<std::string>& passed,
                                 const std::vector<core::LeaseKey>& released = {},
                                 const std::vector<std::string>& passed_protections = {});

  std::optional<core::Error> release(const std::string& daemon, const std::vector<core::LeaseKey>& leases);

  /// JSON: see governor.status_1; `is_current`, whether the database is prepared for this version or a newer
  /// one; and `task_lists`, see governor.task_lists_1, unless it is too old for that.
  core::Result<std::string> status();
  /// Makes the schema, or what is missing of it.
  std::optional<core::Error> init();

 private:
  Database& database_;
};

/// What the database compares of a pattern: what stands before its first wildcard, as whole names.
std::string prefix_of(const core::PathPattern& pattern);
/// Of these and the directories above them, each once: what is there is about all that is below.
std::vector<std::string> names_above(const std::vector<std::string>& prefixes);

}  // namespace governor::daemon
