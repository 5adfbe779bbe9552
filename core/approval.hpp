#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys.hpp"
#include "core/lease.hpp"

namespace governor::core {

/// What a person is asked for. Stored: never renumber, only append.
enum class ApprovalKind : std::uint8_t {
  unlock = 1,       ///< to write a protected file
  overwrite = 2,    ///< to lose more than half of a file
  lease_break = 3,  ///< to end the lease of somebody else
  decision = 4,     ///< to go on although an update required a human
  budget = 5        ///< a deployment has used up what it was given
};
enum class ApprovalStatus : std::uint8_t { open = 0, approved = 1, denied = 2, expired = 3 };

std::string_view to_string(ApprovalKind kind);
std::string_view to_string(ApprovalStatus status);
std::optional<ApprovalKind> parse_approval_kind(std::string_view text);
std::optional<ApprovalStatus> parse_approval_status(std::string_view text);

/// What exactly is asked for. Two requests for the same of the same agent are one.
struct ApprovalSubject {
  ApprovalKind kind = ApprovalKind::unlock;
  std::vector<LeasePath> paths{};  ///< unlock, overwrite: one; lease_break: those of the lease
  // Overwrite: hashes of what the file holds and of what it is to hold; empty: no file.
  std::string before{};
  std::string content{};
  /// LeaseKey of a lease_break, HistoryKey of a decision, DeploymentKey of a budget, else 0.
  std::int64_t target = 0;
  std::string target_id{};  ///< of the deployment of a budget

  [[nodiscard]] bool is_same(const ApprovalSubject& other) const;
};

/// Who asks; also for people to know it by when it is gone.
struct ApprovalAsker {
  SessionKey session = 0;
  std::string agent_id{};  ///< empty: the session itself
  std::string client{};
};

/// How a request stands: what changes of it.
struct ApprovalStanding {
  ApprovalStatus status = ApprovalStatus::open;
  std::int64_t answered_us = 0;  ///< also when it expired
  std::string answered_by{};     ///< who answered, for people; empty: nobody
  std::string note{};            ///< in the words of whoever answered, or why it is over
  std::int64_t until_us = 0;     ///< how long an approved unlock or overwrite holds
  std::int64_t used_us = 0;      ///< when an approved overwrite happened; 0: it has not
};

/// Something that only a person decides, and what became of it.
struct Approval {
  ApprovalKey key = 0;
  ApprovalSubject subject;
  ApprovalAsker asker;
  std::string asks;  ///< for people: what is asked for
  std::string why;   ///< for people: why, and why a person
  std::int64_t created_us = 0;
  std::int64_t expires_us = 0;
  ApprovalStanding standing{};

  [[nodiscard]] bool is_open() const { return standing.status == ApprovalStatus::open; }
  /// Whether an answer was given that still counts: an approval that holds, or a denial that nobody asks
  /// against yet.
  [[nodiscard]] bool holds(std::int64_t now_us) const;
};

/// What happens without an answer, for people.
std::string_view default_of(ApprovalKind kind);

/// What `State::request_approval` makes a request from.
struct ApprovalRequest {
  ApprovalSubject subject;
  std::string agent_id{};
  std::string asks;
  std::string why;
};

struct ApprovalAnswer {
  ApprovalKey key = 0;
  bool approve = false;
  std::string note{};
  std::int64_t duration_us = 0;  ///< of an unlock; 0: kUnlockUs
  /// The user of the caller's client was asked, and this is the answer.
  bool by_clients_user = false;
};

/// A request that nobody answers is over after this.
inline constexpr std::int64_t kApprovalOpenUs = 24 * 3'600'000'000LL;
/// How long an approved unlock holds if the person says nothing else, and an approved overwrite waits to
/// happen.
inline constexpr std::int64_t kUnlockUs = 900'000'000;
inline constexpr std::int64_t kOverwriteUs = 3'600'000'000;
inline constexpr std::int64_t kLongestUnlockUs = 86'400'000'000;

/// What a refusal tells of the request, for agents; see approval_command() for people.
std::string approval_hint(const Approval& approval);

}  // namespace governor::core
