#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys.hpp"
#include "core/path_pattern.hpp"
#include "core/repository_path.hpp"
#include "core/shared_path.hpp"

namespace governor::core {

/// Stored: never renumber, only append.
enum class LeaseMode : std::uint8_t {
  shared = 1,    ///< others may hold it as well, nobody may write
  exclusive = 2  ///< nobody else may hold anything of it
};
enum class LeaseEnding : std::uint8_t {
  open = 0,
  released = 1,
  expired = 2,
  session_ended = 3,
  agent_retired = 4,  ///< archived or deleted
  broken = 5,         ///< by a person
  deployment_over = 6,
  lost = 7  ///< to another machine, while this one was out of touch with the shared workspace
};

std::string_view to_string(LeaseMode mode);
std::string_view to_string(LeaseEnding ending);

/// Who may write: an agent in a session, or the session itself.
struct LeaseHolder {
  SessionKey session = 0;
  AgentKey agent = 0;  ///< 0: the session as such
  // For people to know them by, also when they are gone.
  std::string agent_id;
  std::string client;
  std::int64_t pid = 0;
  /// Of a hook: for which of its tool's workers it acts, a subagent's id or `main`. Empty: the session as a
  /// whole, as its own tool calls do not say for whom they are made.
  std::string worker{};

  [[nodiscard]] bool is(const LeaseHolder& other) const {
    return session == other.session && agent == other.agent && worker == other.worker;
  }
  /// Who both have the same session are not in each other's way, unless they are two of its workers or of its
  /// agents. A session that had no agent yet when it asked is not in the way of the one that it has now.
  [[nodiscard]] bool makes_room_for(const LeaseHolder& other) const {
    return session == other.session && (agent == other.agent || agent == 0 || other.agent == 0) &&
           (worker == other.worker || worker.empty() || other.worker.empty());
  }
};

/// The worker that is the tool itself, and no subagent.
inline constexpr std::string_view kMainWorker = "main";

/// `agent "x" (client c, pid n)`, for people; of a worker `subagent 7f3a of agent "x" (…)`.
std::string holder_text(const LeaseHolder& holder);

/// What a lease is for. A file that has several names is known by its number.
struct LeasePath {
  PathPattern pattern = PathPattern::literal("");  ///< what is compared
  std::string spelled{};     ///< for people, where the pattern has letters folded; empty: as the pattern
  std::uint64_t device = 0;  ///< with `inode`; 0: the file has no other name, or there is none yet
  std::uint64_t inode = 0;
  RepositoryPath in_repository{};  ///< unknown where nobody has looked
  SharedPath shared{};             ///< likewise, and where nothing is shared

  [[nodiscard]] const std::string& text() const { return spelled.empty() ? pattern.text() : spelled; }
  [[nodiscard]] bool conflicts_with(const LeasePath& other) const {
    return (inode != 0 && inode == other.inode && device == other.device) ||
           pattern.overlaps(other.pattern) || shared.meets(other.shared) ||
           ((in_repository.is_exclusive || other.in_repository.is_exclusive) &&
            in_repository.meets(other.in_repository));
  }
};

/// `/p/a.cpp, /p/b.cpp and 5 more`, for people.
std::string paths_text(const std::vector<LeasePath>& paths);

/// What somebody wants to have, or has.
struct LeaseClaim {
  LeaseHolder holder;
  LeaseMode mode = LeaseMode::exclusive;
  std::vector<LeasePath> paths;

  /// Whether both cannot be granted at once. Nobody is in his own way.
  [[nodiscard]] bool conflicts_with(const LeaseClaim& other) const;
  /// Whether who has this has all that the same holder wants with `other`. What is shared is covered only by
  /// what was granted as such.
  [[nodiscard]] bool covers(const LeaseClaim& other) const;
  /// Whether others than this daemon have a say in it.
  [[nodiscard]] bool is_shared() const;
};

/// A time-limited right to write files.
struct Lease {
  LeaseKey key = 0;
  /// Grows with every grant, so that of two leases for one path the later one has the higher number.
  std::uint64_t fence = 0;
  LeaseClaim claim;
  /// The holder writes with tools of its own, so changes of the files are its doing and not reported.
  bool direct = false;
  std::string reason;
  /// The calls of the holder's tool that write under it and are not done; the last one to be done releases.
  std::vector<std::string> uses{};
  std::int64_t granted_us = 0;
  std::int64_t expires_us = 0;
  std::int64_t orphaned_us = 0;  ///< when its holder's session ended; 0: it lives
  std::int64_t ended_us = 0;
  LeaseEnding ending = LeaseEnding::open;
  std::string ending_detail;  ///< in the words of whoever broke it
};

/// A request that waits for others.
struct LeaseWaiter {
  WaiterKey key = 0;  ///< grows with every request that waits at the same time
  LeaseClaim claim;
  std::uint64_t line =
      0;  ///< of a call that comes again if the daemon dies; 0: it does not, nor is it stored
  std::int64_t since_us = 0;
  std::int64_t until_us = 0;
  bool is_away = false;      ///< its caller has to come again
  bool asks_others = false;  ///< nobody here is in its way: the other machines are asked
  std::int64_t away_us = 0;  ///< since when; 0: not known yet
};

}  // namespace governor::core
