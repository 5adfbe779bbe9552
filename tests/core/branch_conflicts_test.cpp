#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

const Worktree kMain{"/r", "main"};
const Worktree kSide{"/r/.trees/side", "side"};
const Worktree kFar{"/w", "far"};

BranchLook look_with(std::vector<BranchConflict> conflicts) {
  BranchLook look;
  look.repository = "/r/.git";
  look.worktrees = {kMain, kSide, kFar};
  look.conflicts = std::move(conflicts);
  return look;
}

BranchConflict between(const Worktree& first, const Worktree& second) {
  return {first, second, {"parser.py"}, 1};
}

struct BranchesFixture : StateFixture {
  void stand(SessionKey session, const std::string& directory) {
    state.find_session(session)->working_directory = directory;
  }
  std::vector<Alert> open() { return state.open_alerts(AlertKind::branch_conflict); }
};

}  // namespace

TEST_CASE_METHOD(BranchesFixture, "a pair that does not merge is one alert for both, until it merges") {
  stand(alice, "/r/src");
  stand(bob, "/w");
  state.record_branches(look_with({between(kMain, kFar)}), ++now, changes);
  state.record_branches(look_with({between(kMain, kFar)}), ++now, changes);
  REQUIRE(open().size() == 1);
  CHECK(open()[0].message ==
        "The branches main (client-of-a, in /r) and far (client-of-b, in /w) will not merge: both change "
        "parser.py. `governorctl conflicts` looks again.");
  CHECK(state.branch_conflicts().of_worktree("/w").size() == 1);
  CHECK(state.branch_conflicts().of_worktree("/r/.trees/side").empty());
  state.record_branches(look_with({}), ++now, changes);
  CHECK(open().empty());
  CHECK(state.branch_conflicts().of_worktree("/w").empty());
}

TEST_CASE_METHOD(BranchesFixture, "what nobody works on alerts nobody") {
  stand(alice, "/r");
  stand(bob, "/r");
  state.record_branches(look_with({between(kMain, kFar)}), ++now, changes);
  CHECK(open().empty());
  CHECK(state.branch_conflicts().of_worktree("/r").size() == 1);
}

TEST_CASE_METHOD(BranchesFixture, "who works in a worktree inside another one is not in the outer one") {
  stand(alice, "/r/.trees/side/src");
  stand(bob, "/r/src");
  const std::vector<Worktree> all{kMain, kSide, kFar};
  CHECK(state.who_works_in("/r/.trees/side", all) == std::vector<std::string>{"client-of-a"});
  CHECK(state.who_works_in("/r", all) == std::vector<std::string>{"client-of-b"});
  CHECK(state.who_works_in("/w", all).empty());
}

TEST_CASE_METHOD(BranchesFixture, "what could not be looked at stays as it was known") {
  stand(alice, "/r");
  stand(bob, "/w");
  state.record_branches(look_with({between(kMain, kFar)}), ++now, changes);
  BranchLook unsure = look_with({});
  unsure.unsure = {{"/w", "/r"}};
  state.record_branches(unsure, ++now, changes);
  CHECK(open().size() == 1);
  CHECK(state.branch_conflicts().of_worktree("/w").size() == 1);
  BranchLook other = look_with({});
  other.repository = "/r/.git/other";
  state.record_branches(other, ++now, changes);
  CHECK(open().size() == 1);
}

TEST_CASE("one look at a time, and one for each place") {
  BranchConflicts conflicts;
  conflicts.want("/r");
  conflicts.want("/r");
  conflicts.want("/w");
  CHECK(conflicts.begin_look(1) == std::optional<std::string>("/r"));
  CHECK_FALSE(conflicts.begin_look(2));
  conflicts.end_look();
  CHECK(conflicts.begin_look(3) == std::optional<std::string>("/w"));
  conflicts.want("/r");
  CHECK_FALSE(conflicts.begin_look(4));
  CHECK(conflicts.begin_look(3 + BranchConflicts::kLongestLookUs) == std::optional<std::string>("/r"));
}
