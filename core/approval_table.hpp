#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/approval.hpp"

namespace governor::core {

/// The requests to people: all that are open, and the newest of the others. Bounded: see `is_full`. An agent
/// that is halted asks at each of its updates, and every call wants to know what expires next, so neither
/// goes through all of them.
class ApprovalTable {
 public:
  static constexpr std::size_t kMaxOpenOfKind = 200;   ///< so that one kind leaves room for the others
  static constexpr std::size_t kMaxOpenOfAgent = 20;   ///< or of a session without one
  static constexpr std::size_t kRememberedOver = 500;  ///< of those that are over

  void insert(Approval approval);
  /// Precondition: it is there.
  const Approval& change(ApprovalKey key, ApprovalStanding standing);
  /// Forgets the oldest of those that are over, beyond `kRememberedOver`, and says which.
  std::vector<ApprovalKey> prune();

  [[nodiscard]] const Approval* find(ApprovalKey key) const;
  /// The newest of the same agent, or of the same session without one, for the same.
  [[nodiscard]] const Approval* find(const ApprovalAsker& asker, const ApprovalSubject& subject) const;
  [[nodiscard]] bool is_full(const ApprovalAsker& asker, ApprovalKind kind) const;
  /// When the next open one expires; INT64_MAX: none is open.
  [[nodiscard]] std::int64_t next_expiry() const;
  /// Grows with every change.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] const std::set<ApprovalKey>& open() const { return open_; }
  [[nodiscard]] const std::map<ApprovalKey, Approval>& all() const { return approvals_; }

 private:
  /// An agent, or a session without one.
  struct AskerId {
    std::string agent_id;
    SessionKey session;                                ///< 0 of an agent
    auto operator<=>(const AskerId&) const = default;  // NOLINT(modernize-use-nullptr): it misreads this
  };
  static AskerId id_of(const ApprovalAsker& asker);
  void note_standing(const Approval& approval, bool was_open);
  void take_from_open(const Approval& approval);
  void forget(const Approval& approval);

  std::map<ApprovalKey, Approval> approvals_;
  std::map<AskerId, std::set<ApprovalKey>> of_asker_;
  std::set<ApprovalKey> open_;
  std::set<std::pair<std::int64_t, ApprovalKey>> expiries_;  ///< of those that are open
  std::map<ApprovalKind, std::size_t> open_of_kind_;
  std::uint64_t version_ = 0;
};

/// Whether both are the same agent, or, without one, the same session.
bool is_same_asker(const ApprovalAsker& one, const ApprovalAsker& other);

}  // namespace governor::core
