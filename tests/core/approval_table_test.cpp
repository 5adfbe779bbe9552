// The indices of the table, against going through all of it.
#include "core/approval_table.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

/// Requests that come, are answered and are forgotten at random.
class RandomApprovals {
 public:
  explicit RandomApprovals(unsigned seed) : random_(seed) {}

  void step() {
    switch (random_() % 4) {
      case 0: answer_one(); break;
      case 1: table_.prune(); break;
      default: ask();
    }
    check();
  }

  std::size_t found = 0, full = 0;

 private:
  ApprovalAsker some_asker() {
    const unsigned who = random_() % 30;
    ApprovalAsker asker;
    asker.session = 1 + who % 3;
    if (who % 2 == 0) asker.agent_id = "agent-" + std::to_string(who);
    return asker;
  }

  ApprovalSubject some_subject() {
    ApprovalSubject subject;
    subject.kind = random_() % 4 == 0 ? ApprovalKind::budget : ApprovalKind::decision;
    subject.target = random_() % 100;
    return subject;
  }

  void ask() {
    Approval approval;
    approval.asker = some_asker();
    approval.subject = some_subject();
    const auto [of_kind, of_asker] = count_open(approval.asker, approval.subject.kind);
    const bool is_full =
        of_kind >= ApprovalTable::kMaxOpenOfKind || of_asker >= ApprovalTable::kMaxOpenOfAgent;
    REQUIRE(table_.is_full(approval.asker, approval.subject.kind) == is_full);
    if (is_full) {
      ++full;
      return;
    }
    approval.key = ++last_;
    approval.expires_us = static_cast<std::int64_t>(random_() % 1000);
    table_.insert(std::move(approval));
  }

  void answer_one() {
    if (table_.open().empty()) return;
    auto chosen = table_.open().begin();
    std::advance(chosen, random_() % table_.open().size());
    ApprovalStanding standing;
    standing.status = random_() % 2 == 0 ? ApprovalStatus::approved : ApprovalStatus::expired;
    table_.change(*chosen, standing);
  }

  [[nodiscard]] std::pair<std::size_t, std::size_t> count_open(const ApprovalAsker& asker,
                                                               ApprovalKind kind) const {
    std::pair<std::size_t, std::size_t> counts;
    for (const auto& [key, approval] : table_.all()) {
      if (!approval.is_open()) continue;
      if (approval.subject.kind == kind) ++counts.first;
      if (is_same_asker(approval.asker, asker)) ++counts.second;
    }
    return counts;
  }

  void check() {
    std::int64_t next = INT64_MAX;
    std::set<ApprovalKey> open;
    for (const auto& [key, approval] : table_.all()) {
      if (!approval.is_open()) continue;
      next = std::min(next, approval.expires_us);
      open.insert(key);
    }
    REQUIRE(table_.next_expiry() == next);
    REQUIRE(table_.open() == open);

    const ApprovalAsker asker = some_asker();
    const ApprovalSubject subject = some_subject();
    const Approval* newest = nullptr;
    for (const auto& [key, approval] : table_.all())
      if (is_same_asker(approval.asker, asker) && approval.subject.is_same(subject)) newest = &approval;
    REQUIRE(table_.find(asker, subject) == newest);
    if (newest != nullptr) ++found;
  }

  std::mt19937 random_;
  ApprovalTable table_;
  ApprovalKey last_ = 0;
};

}  // namespace

TEST_CASE("what the table knows of its requests is what stands in them") {
  std::size_t found = 0, full = 0;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    INFO("seed " << seed);
    RandomApprovals approvals(seed);
    for (int i = 0; i < 3'000; ++i) approvals.step();
    found += approvals.found;
    full += approvals.full;
  }
  // The test means something only if both happen.
  CHECK(found > 100);
  CHECK(full > 100);
}
