#include "core/approval_table.hpp"

#include <algorithm>
#include <utility>

namespace governor::core {

bool is_same_asker(const ApprovalAsker& one, const ApprovalAsker& other) {
  if (one.agent_id.empty() != other.agent_id.empty()) return false;
  return one.agent_id.empty() ? one.session == other.session : one.agent_id == other.agent_id;
}

void ApprovalTable::insert(Approval approval) {
  const ApprovalKey key = approval.key;
  note_standing(approvals_.insert_or_assign(key, std::move(approval)).first->second);
}

const Approval& ApprovalTable::change(ApprovalKey key, ApprovalStanding standing) {
  Approval& approval = approvals_.at(key);
  approval.standing = std::move(standing);
  note_standing(approval);
  return approval;
}

void ApprovalTable::note_standing(const Approval& approval) {
  ++version_;
  if (approval.is_open()) {
    open_.insert(approval.key);
  } else {
    open_.erase(approval.key);
  }
}

std::vector<ApprovalKey> ApprovalTable::prune() {
  std::vector<ApprovalKey> removed;
  for (auto it = approvals_.begin();
       it != approvals_.end() && approvals_.size() > open_.size() + kRememberedOver;) {
    if (it->second.is_open()) {
      ++it;
      continue;
    }
    removed.push_back(it->first);
    it = approvals_.erase(it);
  }
  return removed;
}

const Approval* ApprovalTable::find(ApprovalKey key) const {
  const auto found = approvals_.find(key);
  return found == approvals_.end() ? nullptr : &found->second;
}

const Approval* ApprovalTable::find(const ApprovalAsker& asker, const ApprovalSubject& subject) const {
  for (auto it = approvals_.rbegin(); it != approvals_.rend(); ++it) {
    if (it->second.subject.is_same(subject) && is_same_asker(it->second.asker, asker)) return &it->second;
  }
  return nullptr;
}

bool ApprovalTable::is_full(const ApprovalAsker& asker, ApprovalKind kind) const {
  std::size_t of_kind = 0;
  std::size_t of_asker = 0;
  for (const ApprovalKey key : open_) {
    const Approval& approval = approvals_.at(key);
    if (approval.subject.kind == kind) ++of_kind;
    if (is_same_asker(approval.asker, asker)) ++of_asker;
  }
  return of_kind >= kMaxOpenOfKind || of_asker >= kMaxOpenOfAgent;
}

std::int64_t ApprovalTable::next_expiry() const {
  std::int64_t next = INT64_MAX;
  for (const ApprovalKey key : open_) next = std::min(next, approvals_.at(key).expires_us);
  return next;
}

}  // namespace governor::core
