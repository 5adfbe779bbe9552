#include "core/told_notices.hpp"
#include "tests/core/files_fixture.hpp"
#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

/// A path of the repository /r/.git, in one of its working trees /r and /w.
LeasePath tracked(const std::string& top, const std::string& below) {
  LeasePath path = path_of(top + below);
  if (below.find('*') == std::string::npos) path.pattern = PathPattern::literal(top + below);
  path.in_repository.repository = "/r/.git";
  path.in_repository.worktree = {top, top == "/r" ? "main" : "side"};
  path.in_repository.path =
      below.find('*') == std::string::npos ? PathPattern::literal(below) : PathPattern::glob(below);
  return path;
}

struct WorktreesFixture : LeaseFixture {
  explicit WorktreesFixture(AcrossWorktrees across = AcrossWorktrees::warn) {
    LeasePolicy policy;
    policy.across_worktrees = across;
    state = State(Thresholds{}, StateSeed{}, LoopPolicy::advise, policy);
    bool resumed = false;
    alice = state.open_session(session_named("a", 1001), resumed, changes).key;
    bob = state.open_session(session_named("b", 1002), resumed, changes).key;
    changes.clear();
  }

  LeaseOutcome take(SessionKey session, LeasePath path, LeaseMode mode = LeaseMode::exclusive,
                    std::int64_t wait_us = 0) {
    LeaseCommand command;
    command.mode = mode;
    command.paths = {std::move(path)};
    command.ttl_us = 600 * kSecond;
    command.wait_until_us = now + wait_us;
    auto outcome = state.request_lease({session, 0}, std::move(command), now, changes);
    REQUIRE(outcome);
    return *outcome;
  }
  std::vector<Elsewhere> seen_by(SessionKey session, const LeasePath& path,
                                 std::optional<std::string> content = std::nullopt) {
    const LeaseHolder self{session, 0, {}, {}, 0};
    return state.elsewhere({path, self, worktrees, std::move(content)}, now);
  }
  void change(SessionKey session, const std::string& path, const std::string& content,
              FileVersionKind kind = FileVersionKind::reported, bool with_git = false) {
    FileWrite write = FilesFixture::written(path, "", content);
    write.kind = kind;
    write.with_git = with_git;
    state.record_write({session, 0}, std::move(write), ++now, changes);
  }

  std::vector<Worktree> worktrees{{"/r", "main"}, {"/w", "side"}};
};

struct ExclusiveWorktrees : WorktreesFixture {
  ExclusiveWorktrees() : WorktreesFixture(AcrossWorktrees::exclusive) {}
};

}  // namespace

TEST_CASE_METHOD(WorktreesFixture, "leases on one file in two working trees are both granted, and seen") {
  CHECK(take(alice, tracked("/r", "/src/a.cpp")).status == LeaseOutcome::Status::granted);
  CHECK(seen_by(alice, tracked("/r", "/src/a.cpp")).empty());
  CHECK(take(bob, tracked("/w", "/src/a.cpp")).status == LeaseOutcome::Status::granted);

  const auto elsewhere = seen_by(bob, tracked("/w", "/src/a.cpp"));
  REQUIRE(elsewhere.size() == 1);
  CHECK(elsewhere[0].path == "/r/src/a.cpp");
  CHECK(elsewhere[0].worktree.branch == "main");
  CHECK(elsewhere[0].holder.session == alice);
  CHECK(elsewhere[0].is_held());
  CHECK(seen_by(bob, tracked("/w", "/src/**")).size() == 1);
  CHECK(seen_by(bob, tracked("/w", "/src/b.cpp")).empty());
  // The same working tree is what leases are for.
  CHECK(seen_by(bob, tracked("/r", "/src/a.cpp")).empty());
  LeasePath stranger = tracked("/w", "/src/a.cpp");
  stranger.in_repository.repository = "/q/.git";
  CHECK(seen_by(bob, stranger).empty());

  const auto& open = state.leases().open();
  CHECK(state.leases_elsewhere(open.begin()->second).size() == 1);
}

TEST_CASE_METHOD(WorktreesFixture, "who only reads elsewhere, or is over, is not told of") {
  take(alice, tracked("/r", "/a"), LeaseMode::shared);
  CHECK(seen_by(bob, tracked("/w", "/a")).empty());
  take(alice, tracked("/r", "/b"));
  CHECK(seen_by(bob, tracked("/w", "/b")).size() == 1);
  now += 600 * kSecond;
  CHECK(seen_by(bob, tracked("/w", "/b")).empty());
}

TEST_CASE_METHOD(WorktreesFixture,
                 "what others changed lately elsewhere is seen unless it is the same here") {
  change(alice, "/r/a", "new");
  const auto elsewhere = seen_by(bob, tracked("/w", "/a"), "old");
  REQUIRE(elsewhere.size() == 1);
  CHECK_FALSE(elsewhere[0].is_held());
  CHECK(elsewhere[0].since_us == now);
  CHECK(elsewhere[0].holder.client == "client-of-a");
  CHECK(seen_by(bob, tracked("/w", "/**")).size() == 1);
  CHECK(seen_by(bob, tracked("/w", "/a"), "new").empty());
  CHECK(seen_by(alice, tracked("/w", "/a"), "old").empty());
  // One notice for both.
  take(alice, tracked("/r", "/a"));
  CHECK(seen_by(bob, tracked("/w", "/a")).size() == 1);

  change(alice, "/r/b", "new", FileVersionKind::seen);
  change(alice, "/r/c", "new", FileVersionKind::reported, true);
  change(alice, "/r/d", "new", FileVersionKind::unasked);
  for (const char* quiet : {"/b", "/c", "/d"}) CHECK(seen_by(bob, tracked("/w", quiet)).empty());

  now += std::int64_t{24} * 3600 * kSecond + 1;
  CHECK(seen_by(bob, tracked("/w", "/a"), "old").empty());
}

TEST_CASE_METHOD(ExclusiveWorktrees, "a lease in another working tree is in the way if that is configured") {
  const LeaseOutcome first = take(alice, tracked("/r", "/a"));
  const LeaseOutcome refused = take(bob, tracked("/w", "/a"));
  CHECK(refused.status == LeaseOutcome::Status::held);
  REQUIRE(refused.obstacles.size() == 1);
  CHECK(refused.obstacles[0].worktree.top == "/r");
  CHECK(take(bob, tracked("/w", "/b")).status == LeaseOutcome::Status::granted);
  const LeaseOutcome waiting = take(bob, tracked("/w", "/a"), LeaseMode::exclusive, 100 * kSecond);
  REQUIRE(waiting.status == LeaseOutcome::Status::waiting);
  REQUIRE(state.release_lease({alice, 0}, first.lease.key, now, changes));
  CHECK(state.leases().next_ready() == waiting.waiter);
  // In one's own working tree the way is what it always was.
  CHECK(take(alice, tracked("/r", "/b/x")).obstacles.empty());
}

TEST_CASE_METHOD(ExclusiveWorktrees, "stored leases are in the way as configured now, not then") {
  StateSeed seed;
  Lease lease = take(alice, tracked("/r", "/a")).lease;
  lease.claim.paths[0].in_repository.is_exclusive = false;
  seed.leases.push_back(lease);
  seed.sessions.push_back(session_named("b"));
  seed.sessions.back().key = bob;
  LeasePolicy policy;
  policy.across_worktrees = AcrossWorktrees::exclusive;
  state = State(Thresholds{}, std::move(seed), LoopPolicy::advise, policy);
  CHECK(take(bob, tracked("/w", "/a")).status == LeaseOutcome::Status::held);
}

TEST_CASE("what was said is not said again for ten minutes") {
  ToldNotices told;
  CHECK(told.tell("x", 1));
  CHECK_FALSE(told.tell("x", 2));
  CHECK(told.tell("y", 2));
  CHECK(told.tell("x", 1 + ToldNotices::kSilenceUs));
  CHECK_FALSE(told.tell("x", 2 + ToldNotices::kSilenceUs));
}
