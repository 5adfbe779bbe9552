#include "core/approval_table.hpp"

#include <algorithm>
#include <utility>

namespace governor::core {

bool is_same_asker(const ApprovalAsker& one, const ApprovalAsker& other) {
  if (one.agent_id.empty() != other.agent_id.empty()) return false;
  return one.agent_id.empty() ? one.session == other.session : one.agent_id == other.agent_id;
}

ApprovalTable::AskerId ApprovalTable::id_of(const ApprovalAsker& asker) {
  return {asker.agent_id, asker.agent_id.empty() ? asker.session : SessionKey{0}};
}

void ApprovalTable::insert(Approval approval) {
  const ApprovalKey key = approval.key;
  if (const Approval* before = find(key)) forget(*before);
  const Approval& added = approvals_.insert_or_assign(key, std::move(approval)).first->second;
  of_asker_[id_of(added.asker)].insert(key);
  note_standing(added, false);
}

const Approval& ApprovalTable::change(ApprovalKey key, ApprovalStanding standing) {
  Approval& approval = approvals_.at(key);
  const bool was_open = approval.is_open();
  approval.standing = std::move(standing);
  note_standing(approval, was_open);
  return approval;
}

void ApprovalTable::note_standing(const Approval& approval, bool was_open) {
  ++version_;
  if (approval.is_open() == was_open) return;
  if (was_open) {
    take_from_open(approval);
  } else {
    open_.insert(approval.key);
    expiries_.insert({approval.expires_us, approval.key});
    ++open_of_kind_[approval.subject.kind];
  }
}

void ApprovalTable::take_from_open(const Approval& approval) {
  open_.erase(approval.key);
  expiries_.erase({approval.expires_us, approval.key});
  --open_of_kind_[approval.subject.kind];
}

/// All but the approval itself.
void ApprovalTable::forget(const Approval& approval) {
  if (approval.is_open()) take_from_open(approval);
  const auto found = of_asker_.find(id_of(approval.asker));
  found->second.erase(approval.key);
  if (found->second.empty()) of_asker_.erase(found);
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
    forget(it->second);
    it = approvals_.erase(it);
  }
  return removed;
}

const Approval* ApprovalTable::find(ApprovalKey key) const {
  const auto found = approvals_.find(key);
  return found == approvals_.end() ? nullptr : &found->second;
}

const Approval* ApprovalTable::find(const ApprovalAsker& asker, const ApprovalSubject& subject) const {
  const auto asked = of_asker_.find(id_of(asker));
  if (asked == of_asker_.end()) return nullptr;
  for (auto key = asked->second.rbegin(); key != asked->second.rend(); ++key) {
    const Approval& approval = approvals_.at(*key);
    if (approval.subject.is_same(subject)) return &approval;
  }
  return nullptr;
}

bool ApprovalTable::is_full(const ApprovalAsker& asker, ApprovalKind kind) const {
  const auto of_kind = open_of_kind_.find(kind);
  if (of_kind != open_of_kind_.end() && of_kind->second >= kMaxOpenOfKind) return true;
  const auto asked = of_asker_.find(id_of(asker));
  if (asked == of_asker_.end()) return false;
  const auto is_open = [this](ApprovalKey key) { return open_.contains(key); };
  const auto count = std::count_if(asked->second.begin(), asked->second.end(), is_open);
  return static_cast<std::size_t>(count) >= kMaxOpenOfAgent;
}

std::int64_t ApprovalTable::next_expiry() const {
  return expiries_.empty() ? INT64_MAX : expiries_.begin()->first;
}

}  // namespace governor::core
