// Leases of workspaces that other machines share: who is heard first, and what comes of their verdict.
#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;
using Status = LeaseOutcome::Status;

namespace {

LeasePath shared_path_of(const std::string& clone, const std::string& below,
                         const std::string& workspace = "w") {
  LeasePath path = path_of(clone + below);
  path.shared = {workspace, PathPattern::glob(below)};
  return path;
}

struct SharedFixture : LeaseFixture {
  Result<LeaseOutcome> ask(SessionKey session, std::vector<LeasePath> paths,
                           std::optional<SharedVerdict> verdict = {}, WaiterKey waiter = 0,
                           std::int64_t wait_us = 0) {
    LeaseCommand command;
    command.paths = std::move(paths);
    command.ttl_us = 600 * kSecond;
    command.wait_until_us = now + wait_us;
    command.waiter = waiter;
    command.verdict = std::move(verdict);
    return state.request_lease({session, 0}, std::move(command), now, changes);
  }
  LeaseOutcome asks_others(SessionKey session, const LeasePath& path) {
    const auto outcome = ask(session, {path});
    REQUIRE(outcome);
    REQUIRE(outcome->status == Status::asks_others);
    return *outcome;
  }
  static SharedVerdict grant(const LeaseOutcome& asked, std::uint64_t fence) {
    SharedVerdict verdict;
    verdict.lease = asked.lease.key;
    verdict.is_granted = true;
    verdict.fence = fence;
    return verdict;
  }
};

}  // namespace

TEST_CASE("what is shared is granted with the key and the fence under which the others know it") {
  SharedFixture f;
  const LeasePath path = shared_path_of("/a", "/x");
  const LeaseOutcome asked = f.asks_others(f.alice, path);
  CHECK(f.state.leases().open().empty());
  const auto granted = f.ask(f.alice, {path}, SharedFixture::grant(asked, 77), asked.waiter);
  REQUIRE(granted);
  CHECK(granted->status == Status::granted);
  CHECK(granted->created);
  CHECK(granted->lease.key == asked.lease.key);
  CHECK(granted->lease.fence == 77);
  CHECK(f.state.leases().waiters().empty());
  // Others here go on with their own numbers.
  CHECK(f.state.leases().open().at(f.granted(f.bob, {"/elsewhere"})).fence == 1);
}

TEST_CASE("while others are asked nobody here overtakes, and nobody's turn comes") {
  SharedFixture f;
  const LeasePath path = shared_path_of("/a", "/x");
  const LeaseOutcome asked = f.asks_others(f.alice, path);
  CHECK(f.state.leases().next_ready() == 0);
  // In another clone of the workspace it is the same file.
  const auto late = f.ask(f.bob, {shared_path_of("/b", "/x")}, {}, 0, 100 * LeaseFixture::kSecond);
  REQUIRE(late);
  CHECK(late->status == Status::waiting);
  const auto granted = f.ask(f.alice, {path}, SharedFixture::grant(asked, 5), asked.waiter);
  CHECK(granted->status == Status::granted);
  CHECK(f.state.leases().next_ready() == 0);
  REQUIRE(f.state.release_lease({f.alice, 0}, granted->lease.key, f.now, f.changes));
  CHECK(f.state.leases().next_ready() == late->waiter);
}

TEST_CASE("one whose call is gone while others were asked has its turn, and then no place") {
  SharedFixture f;
  const LeaseOutcome asked = f.asks_others(f.alice, shared_path_of("/a", "/x"));
  f.state.heard_others(asked.waiter);
  CHECK(f.state.leases().next_ready() == asked.waiter);
}

TEST_CASE("others that are in the way are named, and what failed is the caller's error") {
  SharedFixture f;
  const LeasePath path = shared_path_of("/a", "/x");
  SharedVerdict refused;
  LeaseObstacle obstacle;
  obstacle.host = "there";
  obstacle.who = "them";
  refused.obstacles.push_back(obstacle);
  const LeaseOutcome asked = f.asks_others(f.alice, path);
  const auto held = f.ask(f.alice, {path}, refused, asked.waiter);
  REQUIRE(held);
  CHECK(held->status == Status::held);
  CHECK(held->obstacles.front().host == "there");
  CHECK(f.state.leases().waiters().empty());
  SharedVerdict failed;
  failed.failure = Error(ErrorCode::storage_unavailable, "gone");
  const LeaseOutcome again = f.asks_others(f.alice, path);
  const auto error = f.ask(f.alice, {path}, failed, again.waiter);
  REQUIRE_FALSE(error);
  CHECK(error.error().code == ErrorCode::storage_unavailable);
  CHECK(f.state.leases().waiters().empty());
}

TEST_CASE("a lease on all of a place is none on what is shared below it") {
  SharedFixture f;
  f.granted(f.alice, {"/a/**"});
  const LeasePath path = shared_path_of("/a", "/x");
  CHECK(f.state.own_lease_covering(path, {f.alice, 0, {}, {}, 0}) == nullptr);
  CHECK(f.state.own_lease_covering(path_of("/a/y"), {f.alice, 0, {}, {}, 0}) != nullptr);
  f.asks_others(f.alice, path);
}

TEST_CASE("what somebody has protected elsewhere is not granted, and a person here is asked") {
  SharedFixture f;
  ProtectionElsewhere protection;
  protection.pattern = PathPattern::glob("/src/**");
  protection.reason = "frozen";
  protection.since_us = 1'769'860'800'000'000;
  protection.host = "there";
  protection.who = "ann";
  SharedVerdict verdict;
  verdict.protections.push_back(protection);
  const LeasePath path = shared_path_of("/a", "/src/x");
  const LeaseOutcome asked = f.asks_others(f.alice, path);
  f.changes.clear();
  const auto refused = f.ask(f.alice, {path}, verdict, asked.waiter);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().field == "path");
  CHECK(refused.error().message ==
        "/a/src/x is protected on there by ann, for all machines of this workspace: /src/** (since "
        "2026-01-31 12:00:00 UTC): frozen.");
  CHECK(refused.error().approval != 0);
  CHECK(refused.error().hint.find("On there, governorctl protect --remove") != std::string::npos);
  CHECK(f.state.leases().waiters().empty());
  CHECK(of_kind<AuditAppended>(f.changes).front().event == "protected_write_refused");
  // A directory is asked for less of instead.
  const LeasePath all = shared_path_of("/a", "/**");
  const LeaseOutcome again = f.asks_others(f.bob, all);
  const auto too_much = f.ask(f.bob, {all}, verdict, again.waiter);
  REQUIRE_FALSE(too_much);
  CHECK(too_much.error().approval == 0);
  CHECK(too_much.error().hint.find("by their names") != std::string::npos);
}

TEST_CASE("of two paths the one is named that is not unlocked") {
  SharedFixture f;
  SharedVerdict verdict;
  verdict.protections.emplace_back().pattern = PathPattern::glob("/**");
  const std::vector<LeasePath> paths{shared_path_of("/a", "/x"), shared_path_of("/a", "/y")};
  CHECK_FALSE(f.state.is_unlocked(paths[0], "", f.now));
  REQUIRE_FALSE(f.state.unlock({f.bob, 0}, {path_of("/a/x"), "", 3'600'000'000, ""}, f.now, f.changes));
  CHECK(f.state.is_unlocked(paths[0], "", f.now));
  const auto asked = f.ask(f.alice, paths);
  REQUIRE(asked);
  const auto refused = f.ask(f.alice, paths, verdict, asked->waiter);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().given == "/a/y");
  CHECK(refused.error().message.find("in the configuration there") != std::string::npos);
}

TEST_CASE("what is protected in one clone of a shared workspace is so in the others of the machine") {
  SharedFixture f;
  REQUIRE_FALSE(f.state.protect({f.bob, 0}, {path_of("/a/x"), "", false}, f.now, f.changes));
  const LeasePath other = shared_path_of("/b", "/x");
  CHECK(f.state.protection_against(other, "", f.now) == nullptr);
  std::vector<Protection> found = f.state.protections();
  found.front().path.shared = {"w", PathPattern::glob("/x")};
  f.state.place_protections(found);
  CHECK(f.state.protection_against(other, "", f.now) != nullptr);
  CHECK(f.state.protection_against(shared_path_of("/b", "/y"), "", f.now) == nullptr);
}

TEST_CASE("paths of two workspaces cannot be asked for at once") {
  SharedFixture f;
  const auto refused = f.ask(f.alice, {shared_path_of("/a", "/x"), shared_path_of("/b", "/x", "other")});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK(f.state.leases().waiters().empty());
}

TEST_CASE("what was lost to other machines ends, under a write as soon as that is over") {
  SharedFixture f;
  const LeasePath path = shared_path_of("/a", "/x");
  const LeaseOutcome asked = f.asks_others(f.alice, path);
  REQUIRE(f.ask(f.alice, {path}, SharedFixture::grant(asked, 5), asked.waiter));
  const LeaseKey pinned = f.granted(f.bob, {"/p"});
  f.state.pin_lease(pinned);
  f.state.lose_leases({asked.lease.key, pinned}, f.now, f.changes);
  CHECK(f.state.leases().find_ended(asked.lease.key)->ending == LeaseEnding::lost);
  CHECK(f.state.leases().open().contains(pinned));
  f.state.unpin_lease(pinned);
  f.state.expire(f.now, f.changes);
  CHECK(f.state.leases().find_ended(pinned) != nullptr);
}

TEST_CASE("a key for which others were asked is not given to another lease after the state was read back") {
  SharedFixture f;
  const LeaseOutcome asked = f.asks_others(f.alice, shared_path_of("/a", "/x"));
  SharedFixture after;
  after.state.go_on(f.state.unstored());
  CHECK(after.granted(after.bob, {"/y"}) > asked.lease.key);
}
