// Requests to people in the real store: what is read back is what was in memory.
#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

/// One in which no two fields are alike.
core::Approval distinct_approval(core::ApprovalKey key) {
  core::Approval approval;
  approval.key = key;
  core::LeasePath path;
  path.pattern = core::PathPattern::literal("/p/a.cpp");
  path.device = 3;
  path.inode = 4;
  approval.subject = {core::ApprovalKind::overwrite, {path}, "before", "content", 5, "deployment"};
  approval.asker = {6, "ada", "client"};
  approval.asks = "asks";
  approval.why = "why";
  approval.created_us = 7;
  approval.expires_us = 8;
  approval.standing = {core::ApprovalStatus::approved, 9, "a person", "note", 10, 11};
  return approval;
}

void check_same_approval(const core::Approval& read, const core::Approval& written) {
  CHECK(read.key == written.key);
  CHECK(read.subject.kind == written.subject.kind);
  REQUIRE(read.subject.paths.size() == 1);
  CHECK(read.subject.paths[0].pattern.text() == written.subject.paths[0].pattern.text());
  CHECK(read.subject.paths[0].inode == written.subject.paths[0].inode);
  CHECK(read.subject.before == written.subject.before);
  CHECK(read.subject.content == written.subject.content);
  CHECK(read.subject.target == written.subject.target);
  CHECK(read.subject.target_id == written.subject.target_id);
  CHECK(read.asker.session == written.asker.session);
  CHECK(read.asker.agent_id == written.asker.agent_id);
  CHECK(read.asker.client == written.asker.client);
  CHECK(read.asks == written.asks);
  CHECK(read.why == written.why);
  CHECK(read.created_us == written.created_us);
  CHECK(read.expires_us == written.expires_us);
  CHECK(read.standing.status == written.standing.status);
  CHECK(read.standing.answered_us == written.standing.answered_us);
  CHECK(read.standing.answered_by == written.standing.answered_by);
  CHECK(read.standing.note == written.standing.note);
  CHECK(read.standing.until_us == written.standing.until_us);
  CHECK(read.standing.used_us == written.standing.used_us);
}

std::vector<core::Approval> stored_approvals(SqliteStore& store) {
  auto seed = store.load_seed();
  REQUIRE(seed);
  return seed->approvals;
}

}  // namespace

TEST_CASE_METHOD(StoreFixture, "a request to a person is read back as it was written, and as it changed") {
  core::Approval approval = distinct_approval(7);
  commit({core::ApprovalSaved{approval}});
  reopen();
  REQUIRE(stored_approvals(store()).size() == 1);
  check_same_approval(stored_approvals(store())[0], approval);
  approval.standing = {core::ApprovalStatus::denied, 20, "another", "no", 21, 22};
  commit({core::ApprovalSaved{approval}});
  reopen();
  REQUIRE(stored_approvals(store()).size() == 1);
  check_same_approval(stored_approvals(store())[0], approval);
}

TEST_CASE_METHOD(StoreFixture, "a request that was forgotten is gone, and its number is not used again") {
  commit({core::ApprovalSaved{distinct_approval(1)}, core::ApprovalSaved{distinct_approval(2)}});
  commit({core::ApprovalsPruned{{2}}});
  reopen();
  CHECK(stored_approvals(store()).size() == 1);
  CHECK(store().load_seed()->keys.approval == 2);
}

TEST_CASE_METHOD(StoreFixture, "a request with values that this program does not know is none that is open") {
  commit({core::ApprovalSaved{distinct_approval(1)}, core::ApprovalSaved{distinct_approval(2)},
          core::ApprovalSaved{distinct_approval(3)}});
  execute("UPDATE approval SET status = 77 WHERE key = 1");
  execute("UPDATE approval SET kind = 77 WHERE key = 2");
  execute("UPDATE approval SET paths = '[]' WHERE key = 3");
  reopen();
  const auto approvals = stored_approvals(store());
  REQUIRE(approvals.size() == 1);
  CHECK(approvals[0].standing.status == core::ApprovalStatus::expired);
}
